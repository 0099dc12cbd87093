import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { landscapeOf } from '../../src/illustrations/landscape.js';
import { rowHistory } from '../../src/illustrations/row-history.js';
import { samplingShares } from '../../src/illustrations/sampling-shares.js';
import { stepTimes } from '../../src/illustrations/step-times.js';
import { SURFACES } from '../../src/illustrations/surfaces.js';
import { walk } from '../../src/illustrations/walk.js';
import { LazyOptimizer, Lookahead } from '../../src/index.js';
import { startBackend } from '../../src/runtime/backend.js';
import { UsageError } from '../../src/runtime/errors.js';

describe('illustrations', () => {
  before(() => startBackend());

  let tensors: number;
  beforeEach(() => {
    tensors = tf.memory().numTensors;
  });
  afterEach(function () {
    if (this.currentTest?.state === 'passed') expect(tf.memory().numTensors).to.equal(tensors);
  });

  describe('a walk', () => {
    it('of plain SGD is θ ← θ − lr ∇f', () => {
      // valley: ∇f = (0.1 x, 3 y); from (−4, 1.2) with lr 0.5: x = −4 + 0.5 · 0.4 = −3.8,
      // y = 1.2 − 0.5 · 3.6 = −0.6, and the loss there is 0.05 · 14.44 + 1.5 · 0.36 = 1.262.
      const { stops, syncs } = walk(SURFACES.valley, tf.train.sgd(0.5), { steps: 1 });
      expect(stops.map(({ step }) => step)).to.deep.equal([0, 1]);
      expect(stops[1].x).to.be.closeTo(-3.8, 1e-6);
      expect(stops[1].y).to.be.closeTo(-0.6, 1e-6);
      expect(stops[1].loss).to.be.closeTo(1.262, 1e-6);
      expect(syncs).to.deep.equal([]);
    });

    it('of Lookahead tells from where to where each sync went', () => {
      // k = 1, α = 0.5: the fast weights come to (−3.8, −0.6), the slow ones half-way, (−3.9, 0.3).
      const optimizer = new Lookahead(tf.train.sgd(0.5), { k: 1, alpha: 0.5 });
      const { syncs } = walk(SURFACES.valley, optimizer, { steps: 2 });
      expect(syncs).to.have.length(2);
      expect(syncs[0].from.x).to.be.closeTo(-3.8, 1e-6);
      expect(syncs[0].from.y).to.be.closeTo(-0.6, 1e-6);
      expect(syncs[0].to.x).to.be.closeTo(-3.9, 1e-6);
      expect(syncs[0].to.y).to.be.closeTo(0.3, 1e-6);
    });

    it('stays where it is with α = 0', () => {
      const optimizer = new Lookahead(tf.train.sgd(0.5), { k: 1, alpha: 0 });
      const { stops, syncs } = walk(SURFACES.valley, optimizer, { steps: 3 });
      expect(stops.at(-1)).to.include({ x: stops[0].x, y: stops[0].y });
      expect(syncs[2].from).to.deep.equal(syncs[2].to);
    });

    it('is the same for a seed, and another for another', () => {
      const end = (seed: number) =>
        walk(SURFACES.banana, tf.train.sgd(0.02), { steps: 9, noise: 1, seed }).stops.at(-1);
      expect(end(1)).to.deep.equal(end(1));
      expect(end(1)).to.not.deep.equal(end(2));
    });

    it('refuses a number of steps that is none', () => {
      const optimizer = tf.train.sgd(1);
      for (const steps of [0, 1.5, Number.NaN]) {
        expect(() => walk(SURFACES.valley, optimizer, { steps })).to.throw(UsageError, `${steps}`);
      }
      optimizer.dispose();
    });
  });

  describe('a landscape', () => {
    it('holds the loss at each point of the grid, a row each y', () => {
      const { xs, ys, losses } = landscapeOf(SURFACES.valley, 3);
      expect([xs, ys]).to.deep.equal([
        [-4.6, -1.5, 1.6],
        [-1.8, 0, 1.8],
      ]);
      // 0.05 · 1.5² + 1.5 · 1.8² = 0.1125 + 4.86
      expect(losses[0][1]).to.be.closeTo(4.9725, 1e-3);
      expect(losses[1][1]).to.be.closeTo(0.1125, 1e-6);
    });

    it('is lowest at its minimum', () => {
      for (const surface of Object.values(SURFACES)) {
        const [x, y] = surface.minimum;
        const at = (dx: number, dy: number) =>
          tf.tidy(() => surface.loss(tf.scalar(x + dx), tf.scalar(y + dy)).dataSync()[0]);
        for (const [dx, dy] of [
          [0.1, 0],
          [-0.1, 0],
          [0, 0.1],
          [0, -0.1],
        ]) {
          expect(at(dx, dy)).to.be.greaterThan(at(0, 0));
        }
      }
    });
  });

  describe('a row’s history', () => {
    const options = { steps: 30, sampledAt: [3, 20] };
    const moves = (history: number[]) =>
      history.flatMap((value, step) => (step > 0 && value !== history[step - 1] ? [step] : []));

    it('under Adam goes on moving after the word was seen', () => {
      const history = rowHistory(() => tf.train.adam(0.1), options);
      expect(moves(history)).to.deep.equal(Array.from({ length: 28 }, (_, i) => i + 3));
    });

    it('under LazyOptimizer moves in the steps that sample the word, and in no other', () => {
      for (const moments of ['decay', 'freeze'] as const) {
        const history = rowHistory(
          (table) => new LazyOptimizer(tf.train.adam(0.1), { embeddingLayers: [table], moments }),
          options,
        );
        expect(moves(history)).to.deep.equal([3, 20]);
      }
    });

    it('refuses a step that is not one of them', () => {
      const never = () => expect.fail('an optimizer was made');
      expect(() => rowHistory(never, { steps: 5, sampledAt: [6] })).to.throw(
        UsageError,
        'from 1 to 5, not at 6',
      );
    });
  });

  describe('sampling shares', () => {
    it('count each word once a batch, the most frequent first', () => {
      // Two batches of two texts of two tokens: word 1 is in both, 0 and 2 in one each, 3 in none.
      const tokens = Int32Array.of(1, 1, 0, 1, 2, 1, 1, 2);
      const shares = samplingShares(tokens, { vocabulary: 4, length: 2, batchSize: 2 });
      expect([...shares]).to.deep.equal([1, 0.5, 0.5, 0]);
    });

    it('refuse a token outside of the vocabulary', () => {
      const options = { vocabulary: 2, length: 1, batchSize: 1 };
      expect(() => samplingShares(Int32Array.of(0, 2), options)).to.throw(UsageError, 'Token 2');
    });
  });

  describe('step times', () => {
    it('are told for each vocabulary', () => {
      const options = { vocabularies: [10, 20], width: 2, tokens: 4, steps: 2 };
      const times = stepTimes(() => tf.train.adam(0.1), options);
      expect(times.map(({ vocabulary }) => vocabulary)).to.deep.equal([10, 20]);
      for (const { milliseconds } of times) expect(milliseconds).to.be.greaterThan(0);
    });
  });
});
