import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { adam, momentum, sgd } from '../../../src/index.js';
import { disposeOptimizer } from '../../../src/optimizers/slots.js';
import { disposeStepCounter } from '../../../src/optimizers/state.js';
import { readTensorFile, writeTensorFile } from '../../../src/training/checkpoints/tensor-file.js';
import { restoreState, stateOf } from '../../../src/training/checkpoints/training-state.js';
import { onBestBackend } from '../../support/backends.js';
import { COMPOSITIONS, TABLE, textModel, type Wrap } from '../../support/compositions.js';
import { bits } from '../../support/numbers.js';
import { OPTIMIZERS } from '../../support/optimizers.js';

const WRAPS: Record<string, Wrap> = { 'no wrapper': (inner) => inner, ...COMPOSITIONS };
const INNER = {
  ...OPTIMIZERS,
  'fused adam': () => adam(0.01),
  'fused momentum': () => momentum(0.1, 0.9),
  'fused sgd': () => sgd(0.1),
};

describe('the state of a training', () => {
  onBestBackend();
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-state-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const make = (composition: string, inner: () => tf.Optimizer) => ({
    model: textModel(),
    optimizer: WRAPS[composition](inner(), TABLE),
  });
  type Trained = ReturnType<typeof make>;

  function dispose({ model, optimizer }: Trained): void {
    disposeStepCounter(optimizer);
    disposeOptimizer(optimizer);
    model.dispose();
  }

  for (const composition of Object.keys(WRAPS)) {
    it(`goes through a file bit for bit, reading it changes nothing: ${composition}`, async () => {
      for (const [name, inner] of Object.entries(INNER)) {
        const before = tf.memory().numTensors;
        const whole = make(composition, inner);
        train(whole, 1, 9);
        const expected = whole.model.getWeights().map(bits);
        dispose(whole);

        const first = make(composition, inner);
        train(first, 1, 5);
        const path = join(folder, 'state.safetensors');
        const { tensors, dropoutSteps } = await stateOf(first, []);
        writeTensorFile(path, tensors, {});
        train(first, 6, 9);
        expect(first.model.getWeights().map(bits), `${name}, read from`).to.deep.equal(expected);
        dispose(first);

        const second = make(composition, inner);
        const file = readTensorFile(path);
        expect(await restoreState(second, { ...file, dropoutSteps })).to.deep.equal([]);
        train(second, 6, 9);
        expect(second.model.getWeights().map(bits), `${name}, restored`).to.deep.equal(expected);
        dispose(second);
        expect(tf.memory().numTensors, name).to.equal(before);
      }
    });
  }

  it('is refused by another optimizer', async () => {
    const first = make('LazyOptimizer', OPTIMIZERS.adam);
    train(first, 1, 2);
    const path = join(folder, 'other.safetensors');
    const { tensors, dropoutSteps } = await stateOf(first, []);
    writeTensorFile(path, tensors, {});
    dispose(first);
    const second = make('Lookahead', OPTIMIZERS.adam);
    const restored = restoreState(second, { ...readTensorFile(path), dropoutSteps });
    const error = await restored.then(
      () => null,
      (error: Error) => error,
    );
    expect(error?.message).to.contain('state is that of LazyOptimizer.Adam');
    dispose(second);
  });
});

/** Takes some steps, each on reviews of its own. */
function train(
  { model, optimizer }: { model: tfl.LayersModel; optimizer: tf.Optimizer },
  from: number,
  to: number,
) {
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  for (let step = from; step <= to; step++) {
    tf.tidy(() => {
      const x = tf.tensor2d([[step % 7, 2, step % 3, 1]]);
      const y = tf.tensor2d([[step % 2]]);
      optimizer.minimize(
        () =>
          tf.losses.meanSquaredError(
            y,
            model.apply(x, { training: true }) as tf.Tensor,
          ) as tf.Scalar,
        false,
        variables,
      );
    });
  }
}
