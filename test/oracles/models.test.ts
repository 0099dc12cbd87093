/** Losses and gradients of the experiments' models against PyTorch's, as `generate_models.py` wrote them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { resnet } from '../../src/experiments/cifar/resnet.js';
import { resnet18 } from '../../src/experiments/cifar/resnet18.js';
import { languageModel, languageModelLoss, stateSizes } from '../../src/experiments/ptb/model.js';
import { sparseSoftmaxCrossEntropy } from '../../src/layers/cross-entropy.js';
import { onBestBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';

interface ResNetOptions {
  depth: number;
  width: number;
  classes: number;
}

interface LanguageModelOptions {
  vocabulary: number;
  units: number;
  embeddingSize: number;
  depth: number;
  tied: boolean;
}

interface Case {
  options: ResNetOptions | LanguageModelOptions;
  parameters: number;
  loss: number;
  gradients: Record<string, number[]>;
}

const { versions, cases } = JSON.parse(readFileSync(join(__dirname, 'models.json'), 'utf8')) as {
  versions: Record<string, string>;
  cases: Record<string, Case>;
};

/** The generator's formula. */
function formula(v: number, shape: number[], plus = 0): tf.Tensor {
  const values = Float32Array.from(
    { length: tf.util.sizeFromShape(shape) },
    (_, i) => ((7919 * i + 104729 * v) % 257) - 128,
  );
  return tf.tensor(
    values.map((value) => value / 256 + plus),
    shape,
  );
}

/** Weights under the generator's names: `lstm-1/kernel` also where it is a cell's. */
function weightsOf(model: tfl.LayersModel): Map<string, tf.Variable> {
  const named = model.trainableWeights.map(
    (weight) =>
      [
        weight.originalName.replace(/^(lstm-\d)\/(?:.*\/)?(\w+)$/, '$1/$2'),
        weight.read() as tf.Variable,
      ] as const,
  );
  return new Map(named);
}

function residual(options: ResNetOptions) {
  const make = options.depth === 18 ? resnet18 : resnet;
  const model = make({ ...options, seed: 1 });
  const loss = () => {
    const logits = model.apply(formula(0, [2, 32, 32, 3]), { training: true }) as tf.Tensor2D;
    return tf.mean(sparseSoftmaxCrossEntropy(logits, tf.tensor1d([1, 0], 'int32'))) as tf.Scalar;
  };
  return { model, loss };
}

function language(options: LanguageModelOptions) {
  const model = languageModel({ ...options, carriesStates: true, seed: 1 });
  const words = Array.from({ length: 10 }, (_, i) => (3 * i) % options.vocabulary);
  const row = (from: number) => [words.slice(from, from + 4), words.slice(5 + from, 9 + from)];
  const loss = () => {
    const states = stateSizes(options).flatMap((size, n) =>
      [2 * n + 2, 2 * n + 3].map((v) => formula(v, [2, size])),
    );
    const inputs = [tf.tensor2d(row(0), [2, 4], 'int32'), ...states];
    const [logits] = model.apply(inputs, { training: true }) as tf.Tensor3D[];
    return languageModelLoss(tf.tensor2d(row(1), [2, 4], 'int32'), logits);
  };
  return { model, loss };
}

describe('The experiments’ models', () => {
  onBestBackend();

  for (const [name, { options, parameters, loss: expected, gradients }] of Object.entries(cases)) {
    it(`have PyTorch’s loss and gradients: ${name}`, () => {
      tf.tidy(() => {
        const { model, loss } = 'vocabulary' in options ? language(options) : residual(options);
        const weights = weightsOf(model);
        const names = [...weights.keys()].sort();
        expect(names).to.deep.equal(Object.keys(gradients).sort());
        for (const [v, key] of names.entries()) {
          const weight = weights.get(key)!;
          weight.assign(formula(v, weight.shape, key.endsWith('/gamma') ? 1 : 0));
        }
        const sizes = [...weights.values()].map(({ size }) => size);
        expect(sizes.reduce((a, b) => a + b)).to.equal(parameters);
        const { value, grads } = tf.variableGrads(loss, [...weights.values()]);
        expectClose(value.dataSync(), [expected], { rtol: 1e-4 });
        for (const [key, [sum, squares, patterned]] of Object.entries(gradients)) {
          const g = [...grads[weights.get(key)!.name].dataSync()];
          const total = (f: (x: number, i: number) => number) =>
            g.reduce((all, x, i) => all + f(x, i), 0);
          // Sums cancel: what they may be off by goes with the gradient's norm.
          const atol = 2e-3 * Math.sqrt(squares * g.length) + 1e-6;
          expectClose([total((x) => x * x)], [squares], { rtol: 1e-2, atol: 1e-9 });
          expectClose([total((x) => x), total((x, i) => x * ((i % 7) - 3))], [sum, patterned], {
            rtol: 1e-3,
            atol,
          });
        }
        model.dispose();
      });
    });
  }

  it('are compared with figures of the pinned version', () => {
    const pinned = readFileSync(join(__dirname, 'requirements.txt'), 'utf8').split('\n');
    expect(pinned).to.include(`torch==${versions.torch.split('+')[0]}`);
  });
});
