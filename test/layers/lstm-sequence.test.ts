import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import { dropoutMask } from '../../src/layers/dropout-mask.js';
import { type LSTMSequenceOptions, lstmSequence } from '../../src/layers/lstm-sequence.js';
import { randomStream } from '../../src/runtime/seeds.js';
import { expectClose } from '../support/numbers.js';
import { byDefinition, onEachRecurrence, type Sample, sample, weightedSum } from './recurrences.js';

const SIZES = { batch: 5, time: 3, inputs: 2, units: 3 };

const HARD: LSTMSequenceOptions = { recurrentActivation: 'hardSigmoid', returnSequences: false };

function run({ x, states, ...weights }: Sample, options: LSTMSequenceOptions) {
  return lstmSequence(x, weights, options, states);
}

/** All outputs and states, and the gradients of their weighted sum in all inputs. */
function figures(compute: typeof run | typeof byDefinition, data: Sample, o: LSTMSequenceOptions) {
  const options = { ...o, returnState: true };
  const list = ({ output, states }: ReturnType<typeof compute>) => [output, ...states!];
  const { x, kernel, recurrentKernel, bias, states } = data;
  const loss = (...[x, kernel, recurrentKernel, bias, h, c]: tf.Tensor[]) => {
    const inputs = { x, kernel, recurrentKernel, bias, states: [h, c] } as Sample;
    return weightedSum(list(compute(inputs, options)));
  };
  const gradients = tf.grads(loss)([x, kernel, recurrentKernel, bias, ...states]);
  return [...list(compute(data, options)), ...gradients];
}

function expectEqual(actual: tf.Tensor[], expected: tf.Tensor[]): void {
  expect(actual.map(({ shape }) => shape)).to.deep.equal(expected.map(({ shape }) => shape));
  for (const [n, tensor] of actual.entries()) {
    expectClose(tensor.dataSync(), expected[n].dataSync(), { rtol: 1e-4, atol: 5e-5 });
  }
}

const masks = fc.constantFrom(0, 1, 4);

describe('lstmSequence', () => {
  onEachRecurrence(() => {
    it('computes a step of one unit with hard gates as worked by hand', () => {
      // x = 1: z = (0.5, 1, 1, 0) · 1 + 2 · (0, 0, 0.5, 0) + bias (0, 0, 0, 0.5)
      // i = 0.2 · 0.5 + 0.5 = 0.6, f = 0.2 · 1 + 0.5 = 0.7, g = tanh 2 = 0.964028
      // c = 0.7 · (−1) + 0.6 · 0.964028 = −0.121583
      // o = 0.2 · 0.5 + 0.5 = 0.6, h = 0.6 · tanh −0.121583 = −0.072593
      tf.tidy(() => {
        const weights = {
          kernel: tf.tensor2d([[0.5, 1, 1, 0]]),
          recurrentKernel: tf.tensor2d([[0, 0, 0.5, 0]]),
          bias: tf.tensor1d([0, 0, 0, 0.5]),
        };
        const data = { x: tf.tensor3d([[[1]]]), ...weights };
        const states: [tf.Tensor2D, tf.Tensor2D] = [tf.tensor2d([[2]]), tf.tensor2d([[-1]])];
        const result = run({ ...data, states }, { ...HARD, returnState: true });
        expectClose(result.output.dataSync(), [-0.072593], { rtol: 1e-5 });
        expectClose(result.states![1].dataSync(), [-0.121583], { rtol: 1e-5 });
      });
    });

    it('computes a step of one unit with sigmoid gates as worked by hand', () => {
      // x = 1: z = (ln 3, ln 4, ∞, −ln 3): i = 3/4, f = 4/5, g = 1, o = 1/4
      // c = 4/5 · (−15/16) + 3/4 · 1 = 0 and h = 1/4 · tanh 0 = 0; with c₀ = 0: c = 3/4 and
      // h = 1/4 · tanh 0.75 = 0.158787
      tf.tidy(() => {
        const weights = {
          kernel: tf.tensor2d([[Math.log(3), Math.log(4), 50, -Math.log(3)]]),
          recurrentKernel: tf.zeros([1, 4]) as tf.Tensor2D,
          bias: tf.zeros([4]) as tf.Tensor1D,
        };
        const states: [tf.Tensor2D, tf.Tensor2D] = [
          tf.zeros([2, 1]),
          tf.tensor2d([[-15 / 16], [0]]),
        ];
        const options: LSTMSequenceOptions = {
          recurrentActivation: 'sigmoid',
          returnSequences: false,
        };
        const { output } = run({ x: tf.ones([2, 1, 1]), ...weights, states }, options);
        expectClose(output.dataSync(), [0, 0.158787], { rtol: 1e-5, atol: 1e-7 });
      });
    });

    it('equals its definition gate by gate, with all gradients, for any sizes and masks', () => {
      const sizes = fc.record({
        batch: fc.integer({ min: 1, max: 9 }),
        time: fc.integer({ min: 1, max: 5 }),
        inputs: fc.integer({ min: 1, max: 3 }),
        units: fc.constantFrom(1, 3, 8, 13, 16),
      });
      const choices = fc.record({
        recurrentActivation: fc.constantFrom('hardSigmoid', 'sigmoid'),
        returnSequences: fc.boolean(),
        inputMasks: masks,
        recurrentMasks: masks,
        timeMask: fc.boolean(),
      });
      fc.assert(
        fc.property(sizes, choices, fc.nat(1e6), (sizes, choices, seed) => {
          const { inputMasks, recurrentMasks, timeMask, ...options } = choices;
          const { batch, time, inputs, units } = sizes;
          tf.tidy(() => {
            const random = randomStream(seed, 'masks');
            const mask = (gates: number, size: number) =>
              gates > 0 ? dropoutMask([gates, batch, size], 0.3, random) : undefined;
            const all = {
              ...options,
              inputMask: mask(inputMasks, inputs),
              recurrentMask: mask(recurrentMasks, units),
              seen: timeMask
                ? (tf
                    .ceil(tf.div(dropoutMask([1, batch, time], 0.4, random), 2))
                    .squeeze([0]) as tf.Tensor2D)
                : undefined,
            } as LSTMSequenceOptions;
            const data = sample(sizes, seed);
            expectEqual(figures(run, data, all), figures(byDefinition, data, all));
          });
        }),
        // Always the same examples: at the two corners of a hard gate the slope is a matter of rounding.
        { numRuns: 15, seed: 1 },
      );
    });

    it('has the gradients that finite differences give', () => {
      // f'(v) ≈ (8 (f(v + e) − f(v − e)) − (f(v + 2e) − f(v − 2e))) / 12e, off by e⁴ f⁽⁵⁾ / 30.
      const e = 0.05;
      tf.tidy(() => {
        const sizes = { batch: 2, time: 2, inputs: 1, units: 2 };
        const random = randomStream(5, 'masks');
        const options: LSTMSequenceOptions = {
          recurrentActivation: 'sigmoid',
          returnSequences: true,
          inputMask: dropoutMask([4, 2, 1], 0.3, random),
          recurrentMask: dropoutMask([4, 2, 2], 0.3, random),
          seen: tf.tensor2d([
            [1, 1],
            [1, 0],
          ]),
        };
        const data = sample(sizes);
        const { x, kernel, recurrentKernel, bias, states } = data;
        const inputs: tf.Tensor[] = [x, kernel, recurrentKernel, bias, ...states];
        const gradients = figures(run, data, options).slice(3);
        const lossAt = (moved: number, by: number, element: number) =>
          tf.tidy(() => {
            const [x, kernel, recurrentKernel, bias, h, c] = inputs.map((input, n) => {
              const values = input.dataSync().slice();
              if (n === moved) values[element] += by;
              return tf.tensor(values, input.shape);
            });
            const all = { x, kernel, recurrentKernel, bias, states: [h, c] } as Sample;
            const { output, states } = run(all, { ...options, returnState: true });
            return weightedSum([output, ...states!]).dataSync()[0];
          });
        for (const [n, input] of inputs.entries()) {
          const differences = Array.from({ length: input.size }, (_, element) => {
            const [far, near] = [2 * e, e].map(
              (d) => lossAt(n, d, element) - lossAt(n, -d, element),
            );
            return (8 * near - far) / (12 * e);
          });
          expectClose(gradients[n].dataSync(), differences, { rtol: 1e-3, atol: 2e-4 });
        }
      });
    });

    for (const recurrentActivation of ['hardSigmoid', 'sigmoid'] as const) {
      it(`saturates for huge inputs, with gradients of zero, as by definition (${recurrentActivation})`, () => {
        tf.tidy(() => {
          const options: LSTMSequenceOptions = { recurrentActivation, returnSequences: true };
          const data = sample(SIZES);
          const huge = { ...data, x: tf.mul(data.x, 1e30) as tf.Tensor3D };
          const actual = figures(run, huge, options);
          for (const tensor of actual) {
            expect(Array.from(tensor.dataSync()).every(Number.isFinite)).to.equal(true);
          }
          // Our sigmoid ends at e⁻⁸⁷ instead of 0.
          expect(tf.max(tf.abs(actual[3])).dataSync()[0]).to.be.below(1e-36);
          expectEqual(actual, figures(byDefinition, huge, options));
        });
      });

      it(`hands NaN on, to the examples that have it alone (${recurrentActivation})`, () => {
        tf.tidy(() => {
          const options: LSTMSequenceOptions = { recurrentActivation, returnSequences: true };
          const data = sample(SIZES);
          const values = data.x.dataSync().slice();
          // Example 2, step 1, input 0.
          values[2 * 6 + 1 * 2] = Number.NaN;
          const [output, , , dx, dKernel] = figures(
            run,
            { ...data, x: tf.tensor3d(values, [5, 3, 2]) },
            options,
          ).map((tensor) => Array.from(tensor.dataSync()));
          // Nine outputs an example, three a step.
          const bad = (n: number) => n >= 2 * 9 + 3 && n < 3 * 9;
          expect(output.map(Number.isNaN)).to.deep.equal(output.map((_, n) => bad(n)));
          expect(dx.slice(0, 12).concat(dx.slice(18)).some(Number.isNaN)).to.equal(false);
          expect(dKernel.slice(0, 12).some(Number.isNaN)).to.equal(true);
        });
      });
    }

    it('says that its gradient cannot be differentiated again', () => {
      tf.tidy(() => {
        const data = sample(SIZES);
        const f = (x: tf.Tensor) => run({ ...data, x: x as tf.Tensor3D }, HARD).output;
        expect(() => tf.grad(tf.grad(f))(data.x)).to.throw(
          'The gradient of an LSTM layer cannot itself be differentiated.',
        );
      });
    });

    for (const returnState of [false, true]) {
      it(`leaves no tensor behind but its output${returnState ? ' and states' : ''}, recorded or not, in a tidy or not`, () => {
        const data = sample(SIZES);
        const random = randomStream(2, 'masks');
        const options: LSTMSequenceOptions = {
          ...HARD,
          returnState,
          inputMask: dropoutMask([4, 5, 2], 0.3, random),
          recurrentMask: dropoutMask([1, 5, 3], 0.3, random),
          seen: tf.ones([5, 3]),
        };
        const before = tf.memory().numTensors;
        const compute = () => tf.tidy(() => run(data, options) as unknown as tf.TensorContainer);
        const result = compute();
        // The last output is the last h.
        expect(tf.memory().numTensors).to.equal(before + (returnState ? 2 : 1));
        tf.dispose(result);
        const loss = (x: tf.Tensor) => {
          const { output, states = [] } = run({ ...data, x: x as tf.Tensor3D }, options);
          return weightedSum([output, ...states]);
        };
        tf.dispose(tf.grad(loss)(data.x));
        expect(tf.memory().numTensors).to.equal(before);
        tf.dispose([data, options] as unknown as tf.TensorContainer);
      });
    }
  });
});
