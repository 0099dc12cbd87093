import { expect } from 'chai';
import { epochLine, showProgress, stepLine } from '../../src/notebook/progress.js';
import type { EpochEvent, StepEvent } from '../../src/training/events.js';
import { printedBy } from './printed.js';

const step: StepEvent = {
  type: 'step',
  step: 35,
  totalSteps: 100,
  epoch: 2,
  batchLoss: 0.4,
  loss: 0.4123,
  accuracy: 0.8125,
  stepsPerSecond: 7.21,
  secondsLeft: 62,
};

const epoch: EpochEvent = {
  type: 'epoch',
  totalEpochs: 3,
  metrics: {
    epoch: 2,
    steps: 50,
    loss: 0.301,
    accuracy: 0.874,
    valLoss: 0.4212,
    valAccuracy: 0.819,
    seconds: 41.4,
  },
};

describe('progress in a notebook', () => {
  it('shows a step as a bar with loss, accuracy, rate and time left', () => {
    // 35 of 100 steps are 7 of 20 blocks.
    expect(stepLine('Adam', step)).to.equal(
      `Adam  ${'█'.repeat(7)}${'░'.repeat(13)}   35 %  epoch 2  loss 0.412  accuracy 81.3 %  7.2 steps/s  1:02 left`,
    );
  });

  it('fills the bar at the last step', () => {
    const line = stepLine('Adam', { ...step, step: 100, secondsLeft: 0 });
    expect(line).to.contain('█'.repeat(20)).and.contain('100 %').and.contain('0:00 left');
  });

  it('shows an epoch with its validation figures and the time taken', () => {
    expect(epochLine('Adam', epoch)).to.equal(
      'Adam  epoch 2/3  loss 0.301  accuracy 87.4 %  validation loss 0.421  accuracy 81.9 %  0:41',
    );
  });

  it('prints a line an epoch outside a notebook, and none for steps', () => {
    const show = showProgress('Adam');
    const lines = printedBy(() => {
      show(step);
      show(epoch);
      show(step);
    });
    expect(lines).to.deep.equal([epochLine('Adam', epoch)]);
  });
});
