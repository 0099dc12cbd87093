import { expect } from 'chai';
import { liveCurves } from '../../src/notebook/live-curves.js';
import type { EpochEvent, StepEvent, TrainingEvent } from '../../src/training/events.js';
import { fakeKernel } from './fake-kernel.js';

const START: TrainingEvent = {
  ...{ type: 'start', metric: 'accuracy', preset: 'smoke', seed: 3 },
  ...{ dataset: 'imdb-synthetic', synthetic: true },
};
const step = (step: number, batchLoss: number) =>
  ({ type: 'step', step, batchLoss }) as TrainingEvent & StepEvent;
const epoch = (steps: number, valAccuracy: number) =>
  ({ type: 'epoch', metrics: { steps, valLoss: 0.5, valAccuracy } }) as TrainingEvent & EpochEvent;
const END: TrainingEvent = { type: 'end', status: 'completed' };

describe('live curves', () => {
  let kernel: ReturnType<typeof fakeKernel>;
  beforeEach(() => {
    kernel = fakeKernel();
  });
  afterEach(() => kernel.uninstall());

  /** The chart as it is saved after some events. */
  function drawn(events: TrainingEvent[]) {
    const listener = liveCurves('lazy-adam');
    for (const event of events) listener(event);
    const figures = kernel.shown.flatMap(
      ({ data }) => (data['application/vnd.plotly.v1+json'] as never) ?? [],
    );
    return figures.at(-1)! as {
      data: { x: number[]; y: number[]; hovertemplate: string }[];
      layout: { title: { text: string } };
    };
  }

  it('say on what is trained, and that it was generated', () => {
    const { text } = drawn([START, END]).layout.title;
    expect(text).to.include('Lazy(Adam)');
    expect(text).to.include('IMDB’s synthetic twin, preset smoke, seed 3');
    expect(text).to.include('synthetic data');
    const real = { ...START, dataset: 'imdb', synthetic: false } as TrainingEvent;
    expect(drawn([real, END]).layout.title.text).not.to.include('synthetic');
  });

  it('draw the loss as a moving average that begins with the first step', () => {
    const [{ x, y }] = drawn([START, step(1, 1), step(2, 0), END]).data;
    expect(x).to.deep.equal([1, 2]);
    // 0.05 / 0.05, then 0.95 · 0.05 / (1 − 0.95²).
    expect(y[0]).to.be.closeTo(1, 1e-12);
    expect(y[1]).to.be.closeTo(0.0475 / 0.0975, 1e-12);
  });

  it('draw the validation data’s loss and metric after each epoch, with their units', () => {
    const [, loss, metric] = drawn([START, step(1, 1), epoch(1, 0.75), END]).data;
    expect([loss.x, loss.y]).to.deep.equal([[1], [0.5]]);
    expect([metric.x, metric.y]).to.deep.equal([[1], [75]]);
    expect(metric.hovertemplate).to.include('validation accuracy %{y:.2f} %<extra>');
  });

  it('give another run another chart', () => {
    const [{ x }] = drawn([START, step(1, 1), END, START, step(7, 1), END]).data;
    expect(x).to.deep.equal([7]);
  });
});
