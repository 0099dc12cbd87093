import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import { adam } from '../../src/optimizers/adam.js';
import { Lookahead } from '../../src/optimizers/lookahead.js';
import { momentum, sgd } from '../../src/optimizers/momentum.js';
import { clocksOf, disposeOptimizer, plainSlotsOf } from '../../src/optimizers/slots.js';
import { onEachBackend } from '../support/backends.js';
import { COMPOSITIONS, TABLE, textModel, trainEpoch } from '../support/compositions.js';
import { bits, expectClose } from '../support/numbers.js';
import { step, variable } from '../support/optimizers.js';

interface Pair {
  /** Of tf.js. */
  stock(): tf.Optimizer;
  ours(): tf.Optimizer;
  /** How far apart 50 steps may take them, relative and absolute. */
  within: { rtol: number; atol: number };
}

const EXACT = { rtol: 0, atol: 0 };
const PAIRS: Record<string, Pair> = {
  sgd: { stock: () => tf.train.sgd(0.1), ours: () => sgd(0.1), within: EXACT },
  momentum: {
    stock: () => tf.train.momentum(0.1, 0.9),
    ours: () => momentum(0.1, 0.9),
    within: EXACT,
  },
  nesterov: {
    stock: () => tf.train.momentum(0.1, 0.9, true),
    ours: () => momentum(0.1, 0.9, true),
    within: { rtol: 1e-5, atol: 1e-5 },
  },
  // Its second moments are 1.3e-5 larger; 50 steps of 0.01 move a weight by at most about 0.5.
  adam: {
    stock: () => tf.train.adam(0.01),
    ours: () => adam(0.01),
    within: { rtol: 2e-5, atol: 1e-5 },
  },
};

/** The weights, slots and clocks that a test compares. */
const stateOf = (optimizer: tf.Optimizer, variables: tf.Variable[]) => [
  ...variables,
  ...plainSlotsOf(optimizer)!.flatMap((slot) => slot.variables),
  ...clocksOf(optimizer).map((clock) => clock.variable),
];

const gradient = fc
  .float({ min: -10, max: 10, noNaN: true })
  .filter((x) => x === 0 || Math.abs(x) > 1e-3);
const gradients = (size: number) =>
  fc.option(fc.array(gradient, { minLength: size, maxLength: size }), { freq: 4 });

describe('a fused step', () => {
  onEachBackend((backend) => {
    for (const [name, { stock, ours, within }] of Object.entries(PAIRS)) {
      it(`gives the weights, slots and clocks of tf.train's, also without gradients: ${name}`, () => {
        const steps = fc.array(fc.tuple(gradients(6), gradients(1)), { maxLength: 50 });
        const check = fc.property(steps, (steps) => {
          const sides = [stock(), ours()].map((optimizer) => ({
            optimizer,
            variables: [variable([1, -2, 3, 0, 0.5, -6], [2, 3]), variable([7], [])],
          }));
          for (const { optimizer, variables } of sides) {
            for (const gradients of steps) {
              step(optimizer, variables, gradients);
            }
          }
          const [expected, actual] = sides.map((side) => stateOf(side.optimizer, side.variables));
          expect(actual.length).to.equal(expected.length);
          for (const [i, tensor] of actual.entries()) {
            expectClose(tensor.dataSync(), expected[i].dataSync(), within);
          }
          expect(sides[1].optimizer.iterations).to.equal(steps.length);
          for (const { optimizer, variables } of sides) {
            tf.dispose(variables);
            disposeOptimizer(optimizer);
          }
        });
        fc.assert(check, { numRuns: 20 });
      });

      it(`leaves clones, twins and the arrays that variables were made of as they were: ${name}`, () => {
        const array = Float32Array.of(1, 2, 3);
        const tensor = tf.tensor1d(array);
        const [x, y] = [tf.variable(tensor), tf.variable(tensor)];
        const optimizer = ours();
        const list = (gradient: tf.Tensor) => [{ name: x.name, tensor: gradient }];
        const ones = tf.ones([3]);
        let last: number[] = [1, 2, 3];
        for (let t = 0; t < 3; t++) {
          const kept = [x, ...plainSlotsOf(optimizer)!.flatMap((slot) => slot.variables)];
          const clones = kept.map((tensor) => tensor.clone());
          const before = clones.map(bits);
          optimizer.applyGradients(list(ones));
          expect(Array.from(x.dataSync())).to.not.deep.equal(last);
          expect(clones.map(bits)).to.deep.equal(before);
          last = Array.from(x.dataSync());
          tf.dispose(clones);
        }
        for (const values of [array, tensor.dataSync(), y.dataSync()]) {
          expect(Array.from(values)).to.deep.equal([1, 2, 3]);
        }
        expect(Array.from(ones.dataSync())).to.deep.equal([1, 1, 1]);
        tf.dispose([tensor, x, y, ones]);
        disposeOptimizer(optimizer);
      });

      it(`gives variables new data, by which Lookahead knows that they were stepped: ${name}`, () => {
        const x = variable([1, 2]);
        const optimizer = ours();
        const seen = new Set([x.dataId]);
        for (let t = 0; t < 3; t++) {
          step(optimizer, [x], [[1, 1]]);
          seen.add(x.dataId);
        }
        expect(seen.size).to.equal(4);
        x.dispose();
        disposeOptimizer(optimizer);
      });

      it(`leaks no tensor and no data: ${name}`, () => {
        const count = () => {
          const { numTensors, numDataBuffers, numBytes } = tf.memory();
          return { numTensors, numDataBuffers, numBytes };
        };
        const empty = count();
        const optimizer = ours();
        const variables = [variable([1, 2]), variable([3])];
        const gradients = [[1, 1], [1]];
        step(optimizer, variables, gradients);
        const before = count();
        step(optimizer, variables, gradients);
        optimizer.minimize(() => tf.sum(tf.square(variables[0])) as tf.Scalar, false, variables);
        expect(count()).to.deep.equal(before);
        tf.dispose(variables);
        disposeOptimizer(optimizer);
        expect(count()).to.deep.equal(empty);
      });

      it(`takes gradients by name too, and broadcasts one of another shape: ${name}`, () => {
        const sides = [stock(), ours()].map((optimizer) => ({ optimizer, x: variable([1, 2, 3]) }));
        for (const { optimizer, x } of sides) {
          tf.tidy(() => {
            optimizer.applyGradients({ [x.name]: tf.ones([3]) });
            optimizer.applyGradients({ [x.name]: tf.ones([1]) });
          });
        }
        expectClose(sides[1].x.dataSync(), sides[0].x.dataSync());
        for (const { optimizer, x } of sides) {
          x.dispose();
          disposeOptimizer(optimizer);
        }
      });

      it(`goes on from what tf.train's saved, and the reverse: ${name}`, async () => {
        const steps = (optimizer: tf.Optimizer, x: tf.Variable, n: number) => {
          for (let t = 0; t < n; t++) {
            step(optimizer, [x], [[Math.sin(t), 1, -2]]);
          }
        };
        for (const [first, second] of [
          [ours, stock],
          [stock, ours],
        ]) {
          const [through, x] = [variable([1, 2, 3]), variable([1, 2, 3])];
          const expected = stock();
          steps(expected, through, 4);
          steps(expected, through, 4); // from the first gradient again, as below
          const [source, target] = [new Lookahead(first()), new Lookahead(second())];
          steps(source, x, 4);
          const saved = await source.getWeights();
          const before = saved.map(({ tensor }) => bits(tensor));
          await target.setWeights(saved);
          steps(target, x, 4);
          expect(target.inner.iterations).to.equal(8);
          // What was loaded is a copy.
          expect(saved.map(({ tensor }) => bits(tensor))).to.deep.equal(before);
          const slots = (optimizer: tf.Optimizer) =>
            plainSlotsOf(optimizer)!.flatMap(({ variables }) => variables);
          for (const [i, slot] of slots(target.inner).entries()) {
            expectClose(slot.dataSync(), slots(expected)[i].dataSync(), { rtol: 2e-5, atol: 1e-6 });
          }
          tf.dispose([through, x]);
          for (const optimizer of [expected, source, target]) {
            disposeOptimizer(optimizer);
          }
        }
      });

      if (name === 'sgd') continue; // it has no slots

      it(`leaves the weights alone when a slot is another variable's: ${name}`, () => {
        const [x, y] = [variable([1, 2]), variable([1, 2, 3])];
        const optimizer = ours();
        step(optimizer, [x, y], [null, null]);
        expect(() => step(optimizer, [y, x], [[1, 1, 1], null])).to.throw();
        expect(Array.from(y.dataSync())).to.deep.equal([1, 2, 3]);
        tf.dispose([x, y]);
        disposeOptimizer(optimizer);
      });
    }

    const { stock, ours } = PAIRS.adam;
    for (const [composition, wrap] of Object.entries(COMPOSITIONS)) {
      it(`trains within wrappers as tf.js's Adam does, and resumes bit for bit: ${composition}`, async () => {
        const models = [stock, ours, ours].map((make) => {
          const model = textModel();
          model.compile({ optimizer: wrap(make(), TABLE), loss: 'binaryCrossentropy' });
          return model;
        });
        const [expected, through, stopped] = models;
        for (const model of models) {
          await trainEpoch(model);
        }
        const resumed = textModel();
        resumed.compile({ optimizer: wrap(ours(), TABLE), loss: 'binaryCrossentropy' });
        resumed.setWeights(stopped.getWeights());
        await resumed.optimizer.setWeights(await stopped.optimizer.getWeights());
        for (const model of [expected, through, resumed]) {
          await trainEpoch(model);
        }
        const weights = (model: typeof resumed) => model.getWeights();
        expect(weights(resumed).map(bits)).to.deep.equal(weights(through).map(bits));
        for (const [i, tensor] of weights(through).entries()) {
          const close = backend === 'cpu' ? EXACT : { rtol: 1e-5, atol: 1e-5 };
          expectClose(tensor.dataSync(), weights(expected)[i].dataSync(), close);
        }
        for (const model of [...models, resumed]) {
          model.optimizer.dispose();
          model.dispose();
        }
      });
    }
  });
});
