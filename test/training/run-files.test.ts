import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { UsageError } from '../../src/runtime/errors.js';
import { listRuns } from '../../src/training/list-runs.js';
import { readLines, readRun } from '../../src/training/run-files.js';
import { filesOfRun } from '../charts/sample-runs.js';

const ROOT = join(__dirname, '../..');

describe('readRun', () => {
  let run: string;
  beforeEach(() => {
    run = mkdtempSync(join(tmpdir(), 'lazyahead-files-'));
    put(filesOfRun());
  });
  afterEach(() => rmSync(run, { recursive: true }));

  function put(files: Record<string, string>): void {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(run, name), content);
  }

  /** The sentence with which the run is refused. */
  function refusal(): string {
    try {
      readRun(run);
    } catch (error) {
      expect(error).to.be.instanceOf(UsageError);
      return (error as Error).message;
    }
    return expect.fail('it was read');
  }

  const alter = (name: string, values: object) =>
    put({ [name]: JSON.stringify({ ...JSON.parse(filesOfRun()[name]), ...values }) });
  const alterLine = (number: number, values: object) => {
    const lines = readLines(join(run, 'metrics.jsonl')) as object[];
    const altered = lines.map((line, i) => (i === number - 1 ? { ...line, ...values } : line));
    put({ 'metrics.jsonl': altered.map((line) => `${JSON.stringify(line)}\n`).join('') });
  };

  it('reads every run in results/', () => {
    const folder = join(ROOT, 'results');
    const summaries = (readdirSync(folder, { recursive: true }) as string[])
      .filter((name) => name.endsWith('summary.json'))
      .map((name) => join(folder, dirname(name)));
    expect(summaries).not.to.have.length(0);
    for (const directory of summaries) {
      expect(readRun(directory).summary.status).to.equal('completed');
    }
  });

  it('refuses a run of which one file was cut short, wherever, and names a file', () => {
    const cuts = Object.entries(filesOfRun()).map(([name, { length }]) =>
      fc.tuple(fc.constant(name), fc.integer({ min: 0, max: length - 1 })),
    );
    fc.assert(
      fc.property(fc.oneof(...cuts), ([name, length]) => {
        put(filesOfRun());
        truncateSync(join(run, name), length);
        expect(refusal()).to.include(name).and.to.include(run);
      }),
    );
  });

  it('says which file was cut short or is missing, and what to do', () => {
    const file = (name: string) => join(run, name);
    truncateSync(file('summary.json'), 100);
    expect(refusal()).to.equal(
      `${file('summary.json')} is damaged, or was cut short: restore it, or delete the run's folder.`,
    );
    put(filesOfRun());
    put({ 'metrics.jsonl': filesOfRun()['metrics.jsonl'].replace('}', '') });
    expect(refusal()).to.equal(
      `Line 1 of ${file('metrics.jsonl')} is damaged, or was cut short: restore it, or delete the run's folder.`,
    );
    put(filesOfRun());
    put({ 'config.json': 'null' });
    expect(refusal()).to.include(`${file('config.json')} is damaged, it holds null alone`);
    for (const name of ['config.json', 'environment.json', 'metrics.jsonl']) {
      put(filesOfRun());
      rmSync(file(name));
      expect(refusal()).to.equal(
        `${file(name)} is missing: restore it, or delete the run's folder.`,
      );
    }
  });

  // The sample's accuracies are 0.70, 0.71 and 0.72 in its three epochs.
  for (const [values, damage] of [
    [{ seed: 2 }, 'summary.json has seed 2, config.json has 1'],
    [{ optimizer: 'sgd' }, 'summary.json has optimizer sgd, config.json has adam'],
    [{ experiment: 'ptb' }, 'summary.json has experiment ptb, config.json has imdb'],
    [{ preset: 'full' }, 'summary.json has preset full, config.json has quick'],
    [{ epochs: 2 }, 'summary.json has epochs 2, metrics.jsonl has 3'],
    [{ bestValAccuracy: 0.9 }, 'summary.json has bestValAccuracy 0.9, metrics.jsonl has 0.72'],
    [{ finalValAccuracy: 0.7 }, 'summary.json has finalValAccuracy 0.7, metrics.jsonl has 0.72'],
    [{ testAccuracy: 0.7 }, 'summary.json has testAccuracy 0.7, metrics.jsonl has null'],
    [{ bestValAccuracy: null }, 'summary.json has bestValAccuracy null, not a number'],
    [{ finalValAccuracy: '0.72' }, 'summary.json has finalValAccuracy 0.72, not a number'],
    [{ testAccuracy: null }, 'summary.json has testAccuracy null, not a number'],
    [{ status: 'done' }, 'summary.json has status done'],
    [{ metric: 'speed' }, 'summary.json has metric speed'],
    [{ metric: 'constructor' }, 'summary.json has metric constructor'],
    // A report shows these; one from elsewhere could have markup in them.
    [{ steps: '<img src=x>' }, 'summary.json has steps <img src=x>, not a whole number'],
    [{ seed: '1' }, 'summary.json has seed 1, not a whole number'],
    [{ seconds: '<b>' }, 'summary.json has seconds <b>, not a time'],
    [{ weightsSha256: '<script>' }, 'summary.json has weightsSha256 <script>, not a SHA-256'],
    [{ weightsSha256: undefined }, 'summary.json has weightsSha256 undefined, not a SHA-256'],
    [{ overrides: undefined }, 'summary.json has overrides undefined, not values by name'],
    [{ overrides: { lr: [1] } }, 'summary.json has overrides {"lr":[1]}, not values by name'],
    [{ dataset: undefined }, 'summary.json has dataset undefined, not a text'],
    [{ message: ['a'] }, 'summary.json has message ["a"], not a text'],
    [{ verified: 'yes' }, 'summary.json has verified yes, not true or false'],
    [{ stepsExecuted: null }, 'summary.json has stepsExecuted null, not a whole number'],
  ] as const) {
    it(`refuses a run that is not what its other files say: ${damage}`, () => {
      alter('summary.json', values);
      expect(refusal()).to.equal(
        `The run in ${run} is damaged (${damage}): restore its files, or delete its folder.`,
      );
    });
  }

  it('refuses a completed run without all its epochs, or without one’s numbers', () => {
    alter('config.json', { epochs: 4 });
    expect(refusal()).to.include('(summary.json has epochs 3, config.json has 4)');
    put(filesOfRun());
    alterLine(2, { valLoss: null });
    expect(refusal()).to.include('(line 2 of metrics.jsonl has valLoss null, not a number)');
    put(filesOfRun());
    alterLine(2, { epoch: 1 });
    expect(refusal()).to.include('(line 2 of metrics.jsonl has epoch 1)');
  });

  it('refuses a run whose data set or epochs are described by something else than must be', () => {
    alter('config.json', { dataset: undefined });
    expect(refusal()).to.include('(config.json has dataset undefined, not a description)');
    alter('config.json', { dataset: { name: 'imdb', trainExamples: '<b>', valExamples: 1 } });
    expect(refusal()).to.include('(config.json has dataset.trainExamples <b>, not a whole number)');
    put(filesOfRun());
    alterLine(2, { seconds: 'long' });
    expect(refusal()).to.include('(line 2 of metrics.jsonl has seconds long, not a time)');
    put(filesOfRun({ status: 'diverged' }));
    alterLine(3, { loss: '<b>' });
    expect(refusal()).to.include('(line 3 of metrics.jsonl has loss <b>, not a number)');
  });

  it('compares the test data’s result with that of the epoch that is best on the validation data', () => {
    // The third epoch is the best; the second one's test result is not the run's.
    alterLine(2, { testAccuracy: 0.75 });
    alterLine(3, { testAccuracy: 0.74 });
    alter('summary.json', { testAccuracy: 0.74 });
    expect(readRun(run).summary.testAccuracy).to.equal(0.74);
    alter('summary.json', { testAccuracy: 0.75 });
    expect(refusal()).to.include('(summary.json has testAccuracy 0.75, metrics.jsonl has 0.74)');
  });

  for (const status of ['interrupted', 'diverged'] as const) {
    it(`reads a run that was ${status}, with fewer epochs than were asked for, or with none`, () => {
      for (const epochs of [0, 2]) {
        put(filesOfRun({ status, epochs }));
        alter('config.json', { epochs: 9 });
        const { summary, metrics } = readRun(run);
        expect({ status: summary.status, epochs: metrics.length }).to.deep.equal({
          ...{ status, epochs },
        });
        expect(summary.bestValAccuracy).to.equal(epochs === 0 ? null : 0.71);
      }
      // Its results have to be those of its epochs all the same.
      put(filesOfRun({ status, epochs: 2 }));
      alterLine(2, { valAccuracy: 0.8 });
      expect(refusal()).to.include('bestValAccuracy 0.71, metrics.jsonl has 0.8)');
    });
  }

  it('reads a run that diverged after a perplexity beyond all numbers, which JSON writes as null', () => {
    // exp(710) is Infinity; the better one of both is that of the second epoch.
    const epoch = { steps: 1, loss: 1, perplexity: 2, seconds: 1 };
    const lines = [
      { ...epoch, epoch: 1, valLoss: 710, valPerplexity: Math.exp(710) },
      { ...epoch, epoch: 2, valLoss: Math.log(90), valPerplexity: 90 },
    ];
    const { bestValAccuracy, finalValAccuracy, ...rest } = JSON.parse(
      filesOfRun({ status: 'diverged', epochs: 2, metric: 'perplexity' })['summary.json'],
    );
    const result = { bestValPerplexity: 90, finalValPerplexity: 90 };
    put({
      'metrics.jsonl': lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
      'summary.json': JSON.stringify({ ...rest, ...result }),
    });
    expect(readRun(run).metrics[0].valPerplexity).to.equal(null);
    put({ 'summary.json': JSON.stringify({ ...rest, ...result, bestValPerplexity: null }) });
    expect(refusal()).to.include('bestValPerplexity null, metrics.jsonl has 90)');
  });

  it('leaves a run that was cut off in the list, without the line in which it was', () => {
    rmSync(join(run, 'summary.json'));
    const { length } = filesOfRun()['metrics.jsonl'];
    truncateSync(join(run, 'metrics.jsonl'), length - 5);
    const [listed] = listRuns([run]);
    expect(listed.status).to.equal('cut off');
    expect(listed.metrics.map(({ epoch }) => epoch)).to.deep.equal([1, 2]);
    expect(refusal()).to.equal(`${run} holds no finished run: there is no summary.json in it.`);
  });
});
