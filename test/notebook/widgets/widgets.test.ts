import { inspect } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { JUPYTER_DISPLAY } from '../../../src/kernel/values/jupyter-display.js';
import {
  Button,
  Checkbox,
  Dropdown,
  FloatLogSlider,
  FloatProgress,
  FloatSlider,
  HBox,
  HTML,
  IntSlider,
  link,
  Output,
  Text,
  ToggleButton,
  VBox,
} from '../../../src/notebook/widgets/index.js';
import { UsageError } from '../../../src/runtime/errors.js';
import { fakeKernel } from '../fake-kernel.js';
import { printedBy } from '../printed.js';

describe('widgets', () => {
  let kernel: ReturnType<typeof fakeKernel>;
  beforeEach(() => {
    kernel = fakeKernel();
  });
  afterEach(() => kernel.uninstall());

  it('are opened under their published names and versions, with layout and style before them', () => {
    new IntSlider({ description: 'k', value: 5, min: 1, max: 20 });
    expect(kernel.comms.map(({ target }) => target)).to.deep.equal([
      ...Array(3).fill('jupyter.widget'),
    ]);
    const [layout, style, slider] = kernel.comms;
    expect(layout.content.data!.state).to.include({
      _model_name: 'LayoutModel',
      _model_module: '@jupyter-widgets/base',
      _model_module_version: '2.0.0',
    });
    expect(style.content.data!.state).to.include({
      _model_name: 'SliderStyleModel',
      _model_module: '@jupyter-widgets/controls',
      _view_module: '@jupyter-widgets/base',
      _view_name: 'StyleView',
    });
    expect(slider.content.metadata).to.deep.equal({ version: '2.1.0' });
    expect(slider.content.data!.state).to.include({
      _model_name: 'IntSliderModel',
      _view_name: 'IntSliderView',
      _model_module_version: '2.0.0',
      layout: `IPY_MODEL_${layout.id}`,
      style: `IPY_MODEL_${style.id}`,
      ...{ value: 5, min: 1, max: 20, step: 1 },
    });
  });

  it('send a change made by the program once, and none that is none', () => {
    const slider = new FloatSlider({ value: 0.5 });
    slider.value = 0.25;
    slider.value = 0.25;
    const { sent } = kernel.model('FloatSliderModel');
    expect(sent).to.deep.equal([{ method: 'update', state: { value: 0.25 }, buffer_paths: [] }]);
  });

  it('take over a change made by hand, echo it and tell who observes', () => {
    const slider = new IntSlider({ value: 1 });
    const seen: [number, number][] = [];
    const stop = slider.observe((value, previous) => seen.push([value, previous]));
    const comm = kernel.model('IntSliderModel');
    comm.receive({ method: 'update', state: { value: 3 }, buffer_paths: [] });
    expect(slider.value).to.equal(3);
    expect(comm.sent).to.deep.equal([
      { method: 'echo_update', state: { value: 3 }, buffer_paths: [] },
    ]);
    slider.value = 4;
    stop();
    slider.value = 5;
    expect(seen).to.deep.equal([
      [3, 1],
      [4, 3],
    ]);
  });

  it('answer a page that asks for their state', () => {
    const slider = new IntSlider({ value: 1 });
    slider.value = 7;
    const comm = kernel.model('IntSliderModel');
    comm.receive({ method: 'request_state' });
    expect(comm.sent.at(-1)).to.deep.include({ method: 'update' });
    expect(comm.sent.at(-1)!.state).to.include({ value: 7 });
  });

  it('give `for await` the latest value while its body is busy, until the widget is closed', async () => {
    const slider = new IntSlider({ value: 0 });
    const comm = kernel.model('IntSliderModel');
    const move = (value: number) => comm.receive({ method: 'update', state: { value } });
    const seen: number[] = [];
    const loop = (async () => {
      for await (const value of slider.changes) {
        seen.push(value);
        // Both come while the body runs: the first is out of date when it ends.
        if (value === 1) [2, 3].forEach(move);
        if (value === 3) slider.close();
      }
    })();
    move(1);
    await loop;
    expect(seen).to.deep.equal([1, 3]);
  });

  it('end `for await` when the cell is interrupted', async () => {
    const slider = new IntSlider();
    const next = slider.changes.next();
    kernel.interrupt();
    expect(await next).to.deep.equal({ value: undefined, done: true });
  });

  it('are kept at one value by a link, until it is cut', () => {
    const [a, b] = [new IntSlider({ value: 3 }), new IntSlider({ value: 9 })];
    const cut = link(a, b);
    expect(b.value).to.equal(3);
    b.value = 5;
    expect(a.value).to.equal(5);
    cut();
    b.value = 6;
    expect(a.value).to.equal(5);
  });

  it('hold a value within their range, whatever is asked for', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.integer(), (x, n) => {
        const [slider, whole] = [new FloatSlider(), new IntSlider({ min: -5, max: 5 })];
        slider.value = x;
        whole.value = n + 0.4;
        expect(slider.value).to.be.within(0, 1);
        expect(whole.value).to.be.within(-5, 5);
        expect(Number.isInteger(whole.value)).to.equal(true);
      }),
    );
  });

  it('refuse what cannot be shown, in a sentence', () => {
    expect(() => new IntSlider({ min: 5, max: 5 })).to.throw(UsageError, 'min (5) must be less');
    expect(() => new FloatSlider({ value: Number.NaN })).to.throw(UsageError, 'not NaN');
    expect(() => new FloatLogSlider({ min: 0 })).to.throw(UsageError, 'greater than 0, not 0');
    expect(() => new Dropdown({ options: [] })).to.throw(UsageError, 'at least one option');
    const choice = new Dropdown<string>({ options: ['adam', 'sgd'] });
    expect(() => {
      choice.value = 'adan';
    }).to.throw(UsageError, 'There is no option adan: choose adam, sgd.');
  });

  it('a log slider’s value is the number, its range the exponents', () => {
    const slider = new FloatLogSlider({ value: 1e-3, min: 1e-5, max: 1 });
    expect(slider.value).to.equal(1e-3);
    const { state } = kernel.model('FloatLogSliderModel').content.data!;
    expect(state).to.include({ value: 1e-3, base: 10, max: 0 });
    expect(state.min).to.be.closeTo(-5, 1e-12);
  });

  it('a drop-down’s value is what its label stands for', () => {
    const choice = new Dropdown({ options: { 'every 5 steps': 5, 'every 10 steps': 10 } });
    kernel.model('DropdownModel').receive({ method: 'update', state: { index: 1 } });
    expect(choice.value).to.equal(10);
    expect(choice.describe()).to.equal('every 10 steps');
  });

  it('a button tells of clicks', () => {
    const button = new Button({ description: 'Train' });
    let clicks = 0;
    const stop = button.onClick(() => clicks++);
    const comm = kernel.model('ButtonModel');
    comm.receive({ method: 'custom', content: { event: 'click' } });
    stop();
    comm.receive({ method: 'custom', content: { event: 'click' } });
    expect(clicks).to.equal(1);
  });

  it('an output joins text to text and keeps the rest apart', () => {
    const log = new Output();
    log.print('a');
    log.print('b\n');
    log.display({ 'text/plain': 'chart' });
    const sent = kernel.model('OutputModel').sent.at(-1)!.state as { outputs: object[] };
    expect(sent.outputs).to.deep.equal([
      { output_type: 'stream', name: 'stdout', text: 'ab\n' },
      { output_type: 'display_data', data: { 'text/plain': 'chart' }, metadata: {} },
    ]);
    log.clear();
    expect(log.describe()).to.equal('');
  });

  it('a page that is opened later gets the state of all that are not closed', () => {
    const [kept, closed] = [new Checkbox({ value: true }), new ToggleButton()];
    closed.close();
    const comm = kernel.openFromPage('jupyter.widget.control');
    comm.receive({ method: 'request_states' });
    const { method, states } = comm.sent[0] as { method: string; states: Record<string, object> };
    expect(method).to.equal('update_states');
    const id = kept.model.reference.replace('IPY_MODEL_', '');
    expect(states[id]).to.deep.include({
      model_name: 'CheckboxModel',
      model_module: '@jupyter-widgets/controls',
      model_module_version: '2.0.0',
    });
    expect(states).not.to.have.property(closed.model.reference.replace('IPY_MODEL_', ''));
  });

  it('show themselves by their model, with a text beside it', () => {
    const box = new HBox([new Text({ description: 'run', value: 'first' }), new HTML('<b>on</b>')]);
    const bundle = box[JUPYTER_DISPLAY]();
    const { id } = kernel.model('HBoxModel');
    expect(bundle).to.deep.equal({
      'application/vnd.jupyter.widget-view+json': {
        ...{ version_major: 2, version_minor: 0, model_id: id },
      },
      'text/plain': 'run: first\non',
    });
    box.show();
    expect(kernel.shown).to.deep.equal([{ data: bundle, displayId: undefined, update: false }]);
  });
});

describe('widgets without a kernel that knows comms', () => {
  it('hold their values and print as text', () => {
    const slider = new IntSlider({ description: 'k', value: 5 });
    const seen: number[] = [];
    slider.observe((value) => seen.push(value));
    slider.value = 6;
    expect(seen).to.deep.equal([6]);
    const box = new VBox([slider, new FloatProgress({ value: 0.25 })]);
    expect(printedBy(() => box.show())).to.deep.equal(['k: 6\n25 %']);
    expect(inspect(slider)).to.equal('k: 6');
  });

  it('end `for await` at once: nobody can move them', async () => {
    for await (const _ of new IntSlider().changes) expect.fail('a change by nobody');
  });
});
