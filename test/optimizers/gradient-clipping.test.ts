import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import { toDense } from '../../src/embedding/sparse-gradient.js';
import {
  GradientClipping,
  type GradientClippingOptions,
} from '../../src/optimizers/gradient-clipping.js';
import { Lookahead } from '../../src/optimizers/lookahead.js';
import { oracle } from '../oracles/load.js';
import { onBestBackend, onEachBackend } from '../support/backends.js';
import { bits, expectClose } from '../support/numbers.js';
import { OPTIMIZERS, step, trajectory, variable } from '../support/optimizers.js';
import { largestTensor, type RowGradients, RowSgd, sparseStep } from '../support/row-sgd.js';

type Values = number[] | RowGradients | null;

/** The gradients that an inner optimizer gets, dense; null where there is none. */
function clip(
  options: GradientClippingOptions,
  gradients: Values[],
  shapes: number[][],
): (number[] | null)[] {
  const variables = shapes.map((shape) =>
    variable(Array(tf.util.sizeFromShape(shape)).fill(0), shape),
  );
  const seen: (number[] | null)[] = [];
  const inner = new RowSgd(1);
  inner.applyGradients = (list) => {
    for (const { tensor } of list as { tensor: tf.Tensor | null }[]) {
      seen.push(tensor && Array.from(toDense(tensor).dataSync()));
    }
  };
  const optimizer = new GradientClipping(inner, options);
  sparseStep(optimizer, variables, gradients);
  tf.dispose(variables);
  optimizer.dispose();
  return seen;
}

const norm = (...gradients: number[][]) => Math.hypot(...gradients.flat());

describe('GradientClipping', () => {
  onEachBackend(() => {
    it('limits every component by value', () => {
      const [clipped] = clip({ value: 2 }, [[3, -3, 1, 0]], [[4]]);
      expect(clipped).to.deep.equal([2, -2, 1, 0]);
    });

    it('limits the norm of each variable by itself', () => {
      // ‖(3, 4)‖ = 5 is scaled by 2.5 / 5; ‖(0.6, 0.8)‖ = 1 is within the limit.
      const clipped = clip({ norm: 2.5 }, [[3, 4], null, [0.6, 0.8]], [[2], [2], [2]]);
      expectClose(clipped[0]!, [1.5, 2]);
      expect(clipped[1]).to.equal(null);
      expectClose(clipped[2]!, [0.6, 0.8]);
    });

    it('limits the norm of all variables together, those without gradient left out', () => {
      // √(3² + 4² + 12²) = 13, scaled by 6.5 / 13.
      const clipped = clip({ globalNorm: 6.5 }, [[3, 4], null, [12]], [[2], [3], [1]]);
      expectClose(clipped[0]!, [1.5, 2]);
      expect(clipped[1]).to.equal(null);
      expectClose(clipped[2]!, [6]);
    });

    it('makes gradients NaN where their global norm is not finite, as TensorFlow does, not 0', () => {
      // (3·10²⁰)² is beyond float32. clip_by_global_norm adds norm − norm to the factor, which is NaN;
      // clip_by_norm divides by the norm, which gives 0.
      const large = [3e20, 4e20];
      expect(clip({ globalNorm: 1 }, [large, [1]], [[2], [1]])).to.deep.equal([
        [Number.NaN, Number.NaN],
        [Number.NaN],
      ]);
      expect(clip({ norm: 1 }, [large, [1]], [[2], [1]])).to.deep.equal([[0, 0], [1]]);
    });

    it('takes the step of the inner optimizer with the clipped gradient', () => {
      const optimizer = new GradientClipping(tf.train.sgd(0.5), { norm: 2.5 });
      const x = variable([0, 0]);
      step(optimizer, [x], [[3, 4]]);
      expectClose(x.dataSync(), [-0.75, -1]);
      x.dispose();
      optimizer.dispose();
    });

    for (const { name, options } of [
      { name: 'clip by value', options: { value: 0.75 } },
      { name: 'clip by norm', options: { norm: 2.5 } },
      { name: 'clip by global norm', options: { globalNorm: 2.5 } },
    ]) {
      it(`agrees with torch: ${name}`, () => {
        // PyTorch scales by c / (‖g‖ + 10⁻⁶), where that is below 1. Times (‖g‖ + 10⁻⁶) / ‖g‖, that
        // is c / ‖g‖. It differs from ours by less than 10⁻⁶ of the gradient, as ‖g‖ > c > 1.
        const { shapes, gradients, values, norms } = oracle('torch', name);
        for (const [t, gradient] of gradients.entries()) {
          const clipped = clip(options, gradient, shapes);
          for (const [i, expected] of values[t].entries()) {
            const found = norms?.[t][norms[t].length === 1 ? 0 : i] ?? 0;
            const factor = found > 2.5 ? (found + 1e-6) / found : 1;
            expectClose(
              clipped[i]!,
              expected.map((g) => g * factor),
              { rtol: 1e-6, atol: 1e-8 },
            );
          }
        }
      });
    }

    it('keeps zero gradients zero', () => {
      for (const options of [{ value: 1 }, { norm: 1 }, { globalNorm: 1 }]) {
        expect(clip(options, [[0, 0], [0]], [[2], [1]])).to.deep.equal([[0, 0], [0]]);
      }
    });

    it('takes a step without any gradient', () => {
      for (const options of [{ value: 1 }, { norm: 1 }, { globalNorm: 1 }]) {
        expect(clip(options, [null, null], [[2], [1]])).to.deep.equal([null, null]);
      }
    });

    it('takes the norm of sampled rows as that of the dense gradient, an empty one included', () => {
      // ‖(3, 4)‖ and ‖12‖ make 13, as above; the table's other rows are zero.
      const rows = {
        ids: [2, 0],
        rows: [
          [3, 0],
          [0, 4],
        ],
      };
      const clipped = clip({ globalNorm: 6.5 }, [rows, [12]], [[4, 2], [1]]);
      expectClose(clipped[0]!, [0, 2, 0, 0, 1.5, 0, 0, 0]);
      expectClose(clipped[1]!, [6]);
      expectClose(clip({ norm: 2.5 }, [rows], [[4, 2]])[0]!, [0, 2, 0, 0, 1.5, 0, 0, 0]);
      const empty = { ids: [], rows: [] };
      expectClose(clip({ globalNorm: 6 }, [empty, [12]], [[4, 2], [1]])[1]!, [6]);
    });

    it('lets no norm pass the limit, keeps the direction, and never scales up, whatever the gradients', () => {
      const component = fc.float({ noNaN: true, min: -1e6, max: 1e6 });
      const vector = fc.array(component, { minLength: 4, maxLength: 4 });
      fc.assert(
        fc.property(
          fc.constantFrom('value', 'norm', 'globalNorm'),
          fc.float({ noNaN: true, min: Math.fround(1e-3), max: 1e6 }),
          vector,
          vector,
          (kind, limit, a, b) => {
            const [x, y] = clip(
              { [kind]: limit },
              [a, { ids: [3, 1], rows: [b.slice(0, 2), b.slice(2)] }],
              [[4], [5, 2]],
            );
            const rows = [...y!.slice(6, 8), ...y!.slice(2, 4)];
            const [clipped, given] = [
              [x!, rows],
              [a, b],
            ];
            const most = limit * (1 + 1e-5);
            if (kind === 'value') {
              expect(Math.max(...clipped.flat().map(Math.abs))).to.be.at.most(most);
            } else if (kind === 'norm') {
              expect(Math.max(norm(x!), norm(rows))).to.be.at.most(most);
            } else {
              expect(norm(...clipped)).to.be.at.most(most);
            }
            const groups =
              kind === 'globalNorm'
                ? [[a, b]]
                : kind === 'norm'
                  ? [[a], [b]]
                  : [...a, ...b].map((g) => [[g]]);
            const factors = groups.flatMap((group) => {
              const size = norm(...group);
              return group.flat().map(() => Math.min(1, limit / size));
            });
            expectClose(
              clipped.flat(),
              given.flat().map((g, i) => (g === 0 ? 0 : g * factors[i])),
              { rtol: 1e-4, atol: 1e-8 },
            );
          },
        ),
        { numRuns: 60 },
      );
    });

    it('is the inner optimizer bit for bit while gradients are within the limit', () => {
      const gradients = [
        [1, -2],
        [0.3, 0.4],
      ];
      for (const options of [{ value: 2 }, { norm: 3 }, { globalNorm: 3 }]) {
        for (const [name, make] of Object.entries(OPTIMIZERS)) {
          const inner = make();
          const optimizer = new GradientClipping(make(), options);
          const [x, y] = [variable([1, 2]), variable([1, 2])];
          trajectory(inner, x, gradients);
          trajectory(optimizer, y, gradients);
          expect(bits(y), name).to.deep.equal(bits(x));
          tf.dispose([x, y]);
          inner.dispose();
          optimizer.dispose();
        }
      }
    });

    it('makes nothing as large as the table when rows are sampled', async () => {
      for (const options of [{ value: 1 }, { norm: 1 }, { globalNorm: 1 }]) {
        const optimizer = new GradientClipping(new RowSgd(0.5), options);
        const table = variable(Array(1000).fill(1), [500, 2]);
        const sampled = () => sparseStep(optimizer, [table], [{ ids: [7], rows: [[1, 2]] }]);
        sampled(); // the table's rows are set up in the first step
        expect(await largestTensor(sampled)).to.be.at.most(2);
        table.dispose();
        optimizer.dispose();
      }
    });

    it('takes the same steps inside of Lookahead and around it', () => {
      const gradients = [
        [3, 4],
        [0.3, 0.4],
        [30, 40],
      ];
      const inside = new Lookahead(new GradientClipping(tf.train.sgd(1), { norm: 1 }), { k: 2 });
      const around = new GradientClipping(new Lookahead(tf.train.sgd(1), { k: 2 }), { norm: 1 });
      const [x, y] = [variable([0, 0]), variable([0, 0])];
      expect(trajectory(inside, x, gradients)).to.deep.equal(trajectory(around, y, gradients));
      tf.dispose([x, y]);
      inside.dispose();
      around.dispose();
    });

    it('leaks no tensor', () => {
      const before = tf.memory().numTensors;
      for (const options of [{ value: 1 }, { norm: 1 }, { globalNorm: 1 }]) {
        const optimizer = new GradientClipping(tf.train.adam(0.1), options);
        const x = variable([1, 2]);
        const down = () => void optimizer.minimize(() => tf.sum(tf.square(x)) as tf.Scalar);
        down();
        const during = tf.memory().numTensors;
        for (let i = 0; i < 50; i++) {
          down();
          tf.tidy(down);
        }
        expect(tf.memory().numTensors).to.equal(during);
        optimizer.dispose();
        x.dispose();
      }
      expect(tf.memory().numTensors).to.equal(before);
    });
  });

  describe('its configuration', () => {
    onBestBackend();
    it('makes it again', () => {
      for (const options of [{ value: 1 }, { norm: 2 }, { globalNorm: 3 }]) {
        const optimizer = new GradientClipping(tf.train.sgd(0.5), options);
        const config = JSON.parse(JSON.stringify(optimizer.getConfig()));
        const again = GradientClipping.fromConfig(
          GradientClipping as never,
          config,
        ) as GradientClipping;
        expect(again.getConfig()).to.deep.equal(optimizer.getConfig());
        expect(again.limit).to.equal(Object.values(options)[0]);
        expect(again.inner.getClassName()).to.equal('SGD');
        optimizer.dispose();
        again.dispose();
      }
    });
  });

  describe('refuses, naming the value,', () => {
    onBestBackend();
    let inner: tf.Optimizer;
    before(() => {
      inner = tf.train.sgd(1);
    });
    for (const limit of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5', null]) {
      it(`a limit of ${JSON.stringify(limit)} (${limit})`, () => {
        expect(() => new GradientClipping(inner, { globalNorm: limit as number })).to.throw(
          RangeError,
          `globalNorm is a finite number greater than 0, not ${limit}.`,
        );
      });
    }
    for (const { options, found } of [
      { options: { value: 1, globalNorm: 2 }, found: 'value and globalNorm' },
      { options: {}, found: 'none' },
      { options: undefined, found: 'none' },
    ]) {
      it(`${found} of its limits`, () => {
        expect(() => new GradientClipping(inner, options as GradientClippingOptions)).to.throw(
          TypeError,
          `GradientClipping takes exactly one of value, norm, globalNorm, not ${found}.`,
        );
      });
    }
  });
});
