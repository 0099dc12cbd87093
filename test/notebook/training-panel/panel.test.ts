import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TrainingPanel } from '../../../src/notebook/training-panel/panel.js';
import { startBackend } from '../../../src/runtime/backend.js';
import { UsageError } from '../../../src/runtime/errors.js';
import { run } from '../../../src/training/run.js';
import { fakeKernel } from '../fake-kernel.js';

describe('a training panel', () => {
  let kernel: ReturnType<typeof fakeKernel>;
  let folder: string;
  let panel: TrainingPanel;

  before(() => startBackend());
  beforeEach(() => {
    kernel = fakeKernel();
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-panel-'));
    panel = new TrainingPanel({ experiment: 'imdb', preset: 'smoke', folder });
    panel.show();
    set('epochs', 2);
    set('trainExamples', 320);
    set('valExamples', 32);
    set('units', 4);
  });
  afterEach(() => {
    kernel.uninstall();
    rmSync(folder, { recursive: true, force: true });
  });

  /** As if the reader had moved it. */
  const set = (name: string, value: number | string) => {
    panel.widgets[name].value = value as never;
  };
  const button = (description: string) =>
    kernel.comms.find(({ content }) => content.data?.state.description === description)!;
  const click = (description: string) =>
    button(description).receive({ method: 'custom', content: { event: 'click' } });
  const isOn = (description: string) =>
    button(description).sent.reduce(
      (on, { state }) =>
        (state as { disabled?: boolean }).disabled === undefined
          ? on
          : !(state as { disabled: boolean }).disabled,
      button(description).content.data?.state.disabled !== true,
    );
  const figures = () =>
    kernel.shown.flatMap(
      ({ data }) =>
        (data['application/vnd.plotly.v1+json'] as { data: { name: string; x: number[] }[] }) ?? [],
    );
  /** The line below the buttons. */
  const said = () => {
    const state = kernel.model('HTMLModel').sent.at(-1)?.state as { value: string } | undefined;
    return state?.value ?? '';
  };
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((done) => setTimeout(done, 5));
  };

  it('has a control for each hyperparameter, which stands at the preset’s value', () => {
    expect(Object.keys(panel.widgets)).to.deep.equal([
      ...['optimizer', 'spec', 'lr', 'k', 'alpha', 'epochs', 'batchSize', 'seed'],
      ...['vocabulary', 'maxlen', 'embeddingSize', 'units', 'dropout', 'recurrentDropout', 'lstm'],
      ...['trainExamples', 'valExamples'],
    ]);
    expect(panel.widgets.lr.value).to.equal(1e-3);
    expect(panel.widgets.maxlen.value).to.equal(40);
    expect(panel.widgets.lstm.value).to.equal('keras2.2');
  });

  it('lets k and α be moved for optimizers with slow weights alone', () => {
    expect([panel.widgets.k.disabled, panel.widgets.alpha.disabled]).to.deep.equal([true, true]);
    set('optimizer', 'lookahead-adam');
    expect([panel.widgets.k.disabled, panel.widgets.alpha.disabled]).to.deep.equal([false, false]);
  });

  it('trains what the controls say', async () => {
    panel.set({ optimizer: 'lookahead-adam', k: 2, dropout: 0.5 });
    const result = await panel.train();
    expect(result!.summary.status).to.equal('completed');
    // 320 reviews are 10 batches of 32, in 2 epochs 20 steps.
    expect(result!.summary.steps).to.equal(20);
    expect(result!.summary.overrides).to.include({ k: 2, dropout: 0.5, units: 4 });
    expect(panel.runs).to.deep.equal([result]);
  });

  it('trains a spec where one is written, which says all that an optimizer is', async () => {
    set('optimizer', 'lookahead-adam');
    set('spec', ' lookahead(lazy(adam(0.01)), k=2, momentum=reset) ');
    const disabled = ['optimizer', 'spec', 'lr', 'k', 'alpha', 'epochs'].filter(
      (name) => panel.widgets[name].disabled,
    );
    expect(disabled).to.deep.equal(['optimizer', 'lr', 'k', 'alpha']);
    const result = await panel.train();
    expect(result!.summary.spec).to.equal(
      'lookahead(lazy(adam(0.01)), k=2, alpha=0.5, momentum=reset)',
    );
    set('spec', '');
    expect(panel.widgets.k.disabled).to.equal(false);
  });

  it('says what is wrong with a spec', async () => {
    set('spec', 'lookahead(adam(0.01), k=0)');
    expect(await panel.train()).to.equal(null);
    expect(said()).to.match(/\bk\b.*\b0\b/);
    expect(isOn('Train')).to.equal(true);
  });

  it('begins with the first optimizer that an experiment compares', () => {
    const other = new TrainingPanel({ experiment: 'cifar10', folder });
    expect(other.widgets.optimizer.value).to.equal('sgd');
  });

  it('can begin with a spec', () => {
    const spec = 'lazy(sgd(0.1))';
    const other = new TrainingPanel({ experiment: 'imdb', optimizer: spec, folder });
    expect(other.widgets.spec.value).to.equal(spec);
    expect(other.widgets.optimizer.value).to.equal('adam');
  });

  it('draws the last runs over one another', async () => {
    await panel.train();
    set('optimizer', 'lazy-adam');
    await panel.train();
    const names = figures().map(({ data }) => data.map(({ name }) => name).join());
    expect(names).to.include('Adam,Lazy(Adam)');
  });

  it('pauses, and goes on to the same weights as a run that was not paused', async () => {
    set('epochs', 20);
    click('Train');
    await until(() => said().includes('step'));
    click('Pause');
    await until(() => isOn('Continue from here'));
    expect(panel.runs).to.be.empty;
    // What goes on is what was begun: no control can say otherwise.
    expect(Object.values(panel.widgets).every(({ disabled }) => disabled)).to.equal(true);
    const result = await panel.goOn();
    expect(result!.summary.status).to.equal('completed');
    const { overrides, seed } = result!.summary;
    const { epochs, ...settings } = overrides as Record<string, number>;
    const whole = await run(
      { experiment: 'imdb', preset: 'smoke', optimizer: 'adam', epochs, seed, settings },
      { runDir: join(folder, 'whole') },
    );
    expect(result!.summary.weightsSha256).to.equal(whole.summary.weightsSha256);
  });

  it('keeps a run that was stopped among the runs, and can train again', async () => {
    set('epochs', 20);
    click('Train');
    await until(() => said().includes('step'));
    click('Stop');
    await until(() => panel.runs.length === 1);
    expect(panel.runs[0].summary.status).to.equal('interrupted');
    expect([isOn('Train'), isOn('Continue from here'), isOn('Stop')]).to.deep.equal([
      true,
      false,
      false,
    ]);
  });

  it('says what is wrong where a run cannot be begun', async () => {
    set('optimizer', 'lookahead-adam');
    rmSync(folder, { recursive: true });
    panel = new TrainingPanel({ experiment: 'imdb', folder: '/dev/null' });
    panel.show();
    expect(await panel.train()).to.equal(null);
    expect(said()).to.include('/dev/null');
  });

  it('refuses a control that does not exist', () => {
    expect(() => panel.set({ aplha: 0.5 })).to.throw(
      UsageError,
      'There is no control aplha; did you mean alpha?',
    );
  });

  it('refuses an experiment that does not exist', () => {
    expect(() => new TrainingPanel({ experiment: 'imbd' })).to.throw(
      UsageError,
      'did you mean imdb?',
    );
  });
});
