import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import { resolveConfig } from '../../../src/experiments/config.js';
import type { Batches } from '../../../src/experiments/experiment.js';
import { METRICS } from '../../../src/experiments/metric.js';
import { languageModel } from '../../../src/experiments/ptb/model.js';
import { ptb } from '../../../src/experiments/ptb/ptb.js';
import { nonEmptyBatches, textBatches } from '../../../src/experiments/ptb/text.js';
import { UsageError } from '../../../src/runtime/errors.js';
import { add, firstStates, forward, type TrainingTask } from '../../../src/training/forward.js';
import { onBestBackend } from '../../support/backends.js';
import { rejection } from '../../support/data-folders.js';

const batchesOf = (batches: Batches) =>
  Array.from({ length: batches.length }, (_, i) => {
    const { x, y, n } = batches.at(i);
    const values = [x.arraySync(), y.arraySync(), n];
    tf.dispose([x, y]);
    return values;
  });

const options = { vocabulary: 3, units: 4, carriesStates: true, seed: 1 };

/** The perplexity of a text, read as the loop reads it. */
function perplexity(model: ReturnType<typeof languageModel>, batches: Batches): number {
  const config = resolveConfig({
    ...{ experiment: 'ptb', optimizer: 'sgd', preset: 'smoke' },
    settings: { units: 4, embeddingSize: 4 },
  });
  const task = { experiment: ptb, config, model } as TrainingTask;
  return tf.tidy(() => {
    const total = { loss: 0, correct: 0, n: 0 };
    let states: tf.Tensor[] = [];
    for (let i = 0; i < batches.length; i++) {
      const batch = batches.at(i);
      const answer = forward(task, batch, i === 0 ? firstStates(task, batch) : states, false);
      states = answer.states;
      add(total, answer.score);
    }
    expect(total.n).to.equal(batches.n);
    return METRICS.perplexity.of(total);
  });
}

describe('A text as batches', () => {
  onBestBackend();

  it('is read in rows side by side, each going on where it ended', () => {
    // 11 words in 2 rows: 10 are foretold, 5 a row.
    const ids = Int32Array.from({ length: 11 }, (_, i) => i);
    const whole = textBatches(ids, { rows: 2, steps: 2, toTheEnd: true });
    expect(batchesOf(whole)).to.deep.equal([
      [
        [
          [0, 1],
          [5, 6],
        ],
        [
          [1, 2],
          [6, 7],
        ],
        4,
      ],
      [
        [
          [2, 3],
          [7, 8],
        ],
        [
          [3, 4],
          [8, 9],
        ],
        4,
      ],
      [[[4], [9]], [[5], [10]], 2],
    ]);
    const full = textBatches(ids, { rows: 2, steps: 2, toTheEnd: false });
    expect([full.length, full.n]).to.deep.equal([2, 8]);
  });

  it('foretells every word but those that fill no row, once, whatever the cut', () => {
    const cut = { rows: fc.integer({ min: 1, max: 6 }), steps: fc.integer({ min: 1, max: 9 }) };
    fc.assert(
      fc.property(fc.nat({ max: 60 }), fc.record(cut), (words, { rows, steps }) => {
        const ids = Int32Array.from({ length: words }, (_, i) => i);
        const batches = textBatches(ids, { rows, steps, toTheEnd: true });
        const foretold = batchesOf(batches).flatMap(([x, y]) => {
          const [from, to] = [x, y].map((values) => (values as number[][]).flat());
          expect(to).to.deep.equal(from.map((id) => id + 1));
          return to;
        });
        const n = rows * Math.max(0, Math.floor((words - 1) / rows));
        expect(batches.n).to.equal(n);
        expect(foretold.sort((a, b) => a - b)).to.deep.equal(
          Array.from({ length: n }, (_, i) => i + 1),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('is refused where its rows are too short for one batch, with the length that would do', () => {
    const of = (words: number, cut: { rows: number; steps: number; toTheEnd: boolean }) =>
      nonEmptyBatches(new Int32Array(words), cut, (least) => `take ${least}`);
    // 1000 rows of 20 words are 20,000, and one more is foretold.
    const cut = { rows: 1000, steps: 20, toTheEnd: false };
    expect(() => of(20_000, cut)).to.throw(
      UsageError,
      /^1000 rows leave 19 words a row, fewer than 20 steps: take 20001\.$/,
    );
    expect(of(20_001, cut).length).to.equal(1);
    // Up to the end a batch may be of one step.
    const whole = { rows: 20, steps: 20, toTheEnd: true };
    expect(() => of(20, whole)).to.throw(
      UsageError,
      /^20 rows leave 0 words a row, fewer than 1 step: take 21\.$/,
    );
    expect(of(21, whole).length).to.equal(1);
  });

  it('has the perplexity that one computes by hand: ten words', () => {
    const model = languageModel(options);
    // Whatever it has read, it gives the words probabilities of 1/2, 1/4 and 1/4.
    const weights = model.getWeights().map((w) => tf.zerosLike(w));
    weights[weights.length - 1] = tf.tensor1d([2, 1, 1].map((p) => Math.log(p / 4)));
    model.setWeights(weights);
    // Nine words are foretold: 0 five times, 1 twice, 2 twice. In bits 5 · 1 + 4 · 2 = 13, so that
    // the perplexity is 2^(13/9) = 2.7216.
    const text = Int32Array.of(2, 0, 1, 0, 0, 2, 0, 1, 0, 2);
    const batches = textBatches(text, { rows: 1, steps: 4, toTheEnd: true });
    expect(perplexity(model, batches)).to.be.closeTo(2 ** (13 / 9), 1e-5);
    expect(2 ** (13 / 9)).to.be.closeTo(2.7216, 1e-4);
    tf.dispose(weights);
    model.dispose();
  });

  it('has one perplexity, however few steps are a batch: states are carried', () => {
    const model = languageModel({ ...options, initialScale: 2 });
    const text = Int32Array.from({ length: 41 }, (_, i) => (i * i + (i >> 2)) % 3);
    const at = (steps: number) =>
      perplexity(model, textBatches(text, { rows: 2, steps, toTheEnd: true }));
    const whole = at(20);
    for (const steps of [1, 3, 7]) expect(at(steps)).to.be.closeTo(whole, 1e-4 * whole);
    model.dispose();
  });
});

describe('The Penn Treebank experiment', () => {
  const smoke = { experiment: 'ptb', optimizer: 'sgd', preset: 'smoke' };

  it('says on how many words it trains, validates and tests', async () => {
    const settings = { trainWords: 20_000, valWords: 4_001, testWords: 3_005 };
    const { info } = await ptb.load(resolveConfig({ ...smoke, settings }), {});
    // Evaluated in 20 rows, each of whose words but the first are foretold: of 3,005 in 20 × 150.
    const counts = { trainExamples: 20_000, valExamples: 4_000, testExamples: 3_000 };
    expect(info).to.include(counts);
  });

  for (const [change, sentence] of [
    [
      { batchSize: 1000 },
      '1000 rows leave 19 words a row, fewer than 20 steps: lower the batch size, or raise trainWords to 20001.',
    ],
    [
      { settings: { valWords: 10 } },
      '20 rows leave 0 words a row, fewer than 1 step: raise valWords to 21.',
    ],
    [
      { settings: { testWords: 20 } },
      '20 rows leave 0 words a row, fewer than 1 step: raise testWords to 21.',
    ],
  ] as const) {
    it(`refuses before the run begins what would train or evaluate on nothing: ${JSON.stringify(change)}`, async () => {
      const error = await rejection(ptb.load(resolveConfig({ ...smoke, ...change }), {}));
      expect(error).to.be.instanceOf(UsageError);
      expect(error.message).to.equal(sentence);
    });
  }
});
