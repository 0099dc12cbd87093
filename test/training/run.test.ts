import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import * as kit from '../../src/kit.js';
import { UsageError } from '../../src/runtime/errors.js';
import type { TrainingEvent } from '../../src/training/events.js';
import { reproduce } from '../../src/training/reproduce.js';
import { folderNameOf, run } from '../../src/training/run.js';
import { RunDirectory } from '../../src/training/run-directory.js';
import { readRun } from '../../src/training/run-files.js';
import { onBestBackend } from '../support/backends.js';
import { rejection } from '../support/data-folders.js';
import { TINY_REVIEWS } from '../support/tiny-reviews.js';

/** A run of two seconds: generated reviews, 8 steps in 2 epochs. */
const tiny = { experiment: 'imdb', preset: 'smoke', seed: 3, settings: TINY_REVIEWS };

describe('a run', () => {
  onBestBackend();
  let root: string;
  let count = 0;
  const fresh = () => join(root, String(count++));
  const jsonLines = (file: string) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));

  before(() => {
    root = mkdtempSync(join(tmpdir(), 'lazyahead-run-'));
  });
  after(() => rmSync(root, { recursive: true }));

  it('leaves a directory with configuration, environment, metrics, losses and summary', async () => {
    const runDir = fresh();
    const events: TrainingEvent[] = [];
    const result = await run(
      { ...tiny, optimizer: 'lookahead-lazy-adam' },
      { runDir, onEvent: (event) => events.push(event) },
    );
    const read = (name: string) => JSON.parse(readFileSync(join(runDir, name), 'utf8'));
    expect(read('config.json')).to.include({ optimizer: 'lookahead-lazy-adam', k: 5, alpha: 0.5 });
    const spec = 'lookahead(lazy(adam(1e-3)), k=5, alpha=0.5)';
    expect(read('config.json')).to.include({ spec });
    expect(result.summary).to.include({ optimizer: 'lookahead-lazy-adam', spec });
    expect(read('config.json').dataset).to.include({ name: 'imdb-synthetic', synthetic: true });
    expect(read('environment.json')).to.include.keys('node', 'backend');
    expect(jsonLines(join(runDir, 'metrics.jsonl'))).to.deep.equal(result.metrics);
    // 100 reviews in batches of 32 are 4 steps an epoch.
    expect(jsonLines(join(runDir, 'steps.jsonl')).map(({ step }) => step)).to.deep.equal([
      1, 2, 3, 4, 5, 6, 7, 8,
    ]);
    expect(readRun(runDir)).to.deep.equal(JSON.parse(JSON.stringify(result)));
    expect(result.summary).to.include({
      experiment: 'imdb',
      dataset: 'imdb-synthetic',
      epochs: 2,
      steps: 8,
      status: 'completed',
    });
    expect(result.summary.weightsSha256).to.match(/^[0-9a-f]{64}$/);
    const [first, second] = result.metrics.map(({ valAccuracy }) => valAccuracy);
    expect(result.summary.bestValAccuracy).to.equal(Math.max(first!, second!));
    expect(result.summary.finalValAccuracy).to.equal(second);
    expect(events[0]).to.deep.equal({
      ...{ type: 'start', metric: 'accuracy', preset: 'smoke', seed: 3 },
      ...{ dataset: 'imdb-synthetic', synthetic: true },
    });
    const steps = events.filter((event) => event.type === 'step');
    expect(steps).to.have.length(8);
    // The first step of an epoch is all that there is of it.
    for (const { loss, batchLoss } of [steps[0], steps[4]]) expect(loss).to.equal(batchLoss);
    expect(events.at(-2)).to.include({ type: 'epoch', totalEpochs: 2 });
    expect(events.at(-1)).to.deep.equal({ type: 'end', status: 'completed' });
  });

  for (const optimizer of ['adam', 'lazy-adam', 'lazy-adam-freeze', 'lookahead-adam']) {
    it(`is the same to the last bit with the same seed, and another with another: ${optimizer}`, async () => {
      const results = [];
      for (const seed of [3, 3, 4]) {
        const runDir = fresh();
        const { summary, metrics } = await run({ ...tiny, optimizer, seed }, { runDir });
        results.push({
          weights: summary.weightsSha256,
          metrics: metrics.map(({ seconds, ...rest }) => rest),
          losses: jsonLines(join(runDir, 'steps.jsonl')),
        });
      }
      expect(results[1]).to.deep.equal(results[0]);
      expect(results[2].weights).not.to.equal(results[0].weights);
      expect(results[2].losses).not.to.deep.equal(results[0].losses);
    });
  }

  it('does by a spec what it does by the name, and records the spec in canonical form', async () => {
    const byName = await run({ ...tiny, optimizer: 'lookahead-lazy-adam' }, { runDir: fresh() });
    const { summary, directory } = await run(
      { ...tiny, optimizer: ' lookahead(lazy( adam), k = 5)' },
      { runDir: fresh() },
    );
    const spec = 'lookahead(lazy(adam(1e-3)), k=5, alpha=0.5)';
    expect(summary.weightsSha256).to.equal(byName.summary.weightsSha256);
    expect(summary).to.include({ optimizer: spec, spec });
    expect(summary.overrides).to.deep.equal(byName.summary.overrides);
    const config = JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8'));
    expect(config).to.include({ optimizer: spec, spec });
    expect(config).not.to.have.any.keys('lr', 'k', 'alpha');
  });

  it('leaves a spec from which the kit makes the optimizer again', async () => {
    const optimizer = 'ema(clip(lazy(rmsprop(0.01)), norm=1), decay=0.9)';
    const { directory } = await run({ ...tiny, optimizer, epochs: 1 }, { runDir: fresh() });
    const { spec } = readRun(directory).summary;
    const model = kit.EXPERIMENTS.imdb.build(kit.resolveConfig({ ...tiny, optimizer }));
    const again = kit.optimizerFromSpec(spec!, { model });
    expect(kit.optimizerToSpec(again, { model })).to.equal(spec).and.to.equal(optimizer);
    again.dispose();
    model.dispose();
  });

  it('refuses a spec that describes nothing before data are loaded, and leaves no directory', async () => {
    const { load } = kit.EXPERIMENTS.imdb;
    kit.EXPERIMENTS.imdb.load = () => expect.fail('data were loaded');
    try {
      for (const [optimizer, sentence] of [
        ['lazy(adm(1e-3))', /^There is no optimizer "adm"; did you mean adam\?\n/],
        ['lookahead(adam, k=0)', /^k .*\n {2}lookahead\(adam, k=0\)\n {20}\^$/],
        ['lazy(adam, layers=[lstm])', /^Layer "lstm" is a .* layer, not an embedding\.\n/],
        ['adam(1e-3', /\n {2}adam\(1e-3\n {11}\^$/],
      ] as const) {
        const runDir = fresh();
        const before = tf.memory().numTensors;
        const error = await rejection(run({ ...tiny, optimizer }, { runDir }));
        expect(error).to.be.instanceOf(UsageError);
        expect(error.message).to.match(sentence);
        expect(existsSync(runDir)).to.equal(false);
        expect(tf.memory().numTensors, optimizer).to.equal(before);
      }
    } finally {
      kit.EXPERIMENTS.imdb.load = load;
    }
  });

  it('reads a run from before specs were recorded', async () => {
    const runDir = fresh();
    cpSync(join(__dirname, '../../results/imdb-quick/lazy-adam-seed1'), runDir, {
      recursive: true,
    });
    const file = join(runDir, 'summary.json');
    const { spec, ...summary } = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify(summary));
    const old = readRun(runDir);
    expect(old.summary.spec).to.equal(undefined);
    const [row] = kit.reproductionTable([old], []).rows;
    expect(row.reproduced?.best.mean).to.equal(summary.bestValAccuracy);
  });

  it('compares optimizers from the same weights on the same batches: their first losses agree', async () => {
    const { runs } = await reproduce(
      { ...tiny, seed: undefined, seeds: [5], k: 3 } as Parameters<typeof reproduce>[0],
      { runDir: fresh() },
    );
    expect(runs.map(({ summary }) => summary.optimizer)).to.deep.equal([
      'adam',
      'lazy-adam',
      'lookahead-adam',
      'lookahead-lazy-adam',
    ]);
    const losses = runs.map(({ directory }) => jsonLines(join(directory, 'steps.jsonl')));
    for (const run of losses) {
      expect(run[0]).to.deep.equal(losses[0][0]);
    }
    expect(losses[1][7].loss).not.to.equal(losses[0][7].loss);
  });

  it('ends after the current step when it is interrupted, with a readable directory', async () => {
    const controller = new AbortController();
    const { summary, metrics, directory } = await run(
      { ...tiny, optimizer: 'adam' },
      {
        runDir: fresh(),
        signal: controller.signal,
        onEvent: (event) => event.type === 'step' && event.step === 6 && controller.abort(),
      },
    );
    expect(summary).to.include({
      status: 'interrupted',
      steps: 6,
      epochs: 1,
      message: 'The run was interrupted after 6 steps.',
    });
    expect(metrics).to.have.length(1);
    expect(readRun(directory).summary.status).to.equal('interrupted');
    expect(jsonLines(join(directory, 'steps.jsonl'))).to.have.length(6);
  });

  it('ends with a sentence when the loss becomes NaN', async () => {
    const { summary, directory } = await run(
      { ...tiny, optimizer: 'adam', lr: 1e38 },
      { runDir: fresh() },
    );
    expect(summary.status).to.equal('diverged');
    expect(summary.message).to.match(
      /^The loss became NaN in step \d+: try a smaller learning rate/,
    );
    expect(summary.bestValAccuracy).to.equal(null);
    expect(readRun(directory).metrics).to.deep.equal([]);
    expect(jsonLines(join(directory, 'steps.jsonl')).at(-1).loss).to.equal(null);
  });

  it("names the spec's learning rate in that sentence", async () => {
    const optimizer = 'lookahead(adam(1e38), k=5)';
    const { summary } = await run({ ...tiny, optimizer }, { runDir: fresh() });
    expect(summary.message).to.match(/try a smaller learning rate than 1e\+38\.$/);
  });

  it('has diverged when it is the validation loss that becomes NaN', async () => {
    // One step an epoch: its own loss is still finite.
    const { summary, metrics } = await run(
      {
        ...tiny,
        optimizer: 'adam',
        lr: 1e38,
        epochs: 1,
        settings: { ...tiny.settings, trainExamples: 32 },
      },
      { runDir: fresh() },
    );
    expect(summary.message).to.match(/^The validation loss became NaN after step 1: try a smaller/);
    expect(summary).to.include({ status: 'diverged', steps: 1, bestValAccuracy: null });
    expect(metrics).to.deep.equal([]);
  });

  it('has diverged when a perplexity becomes infinite, though the loss is still a number', async () => {
    const settings = { trainWords: 2_100, valWords: 500, testWords: 500 };
    const request = { experiment: 'ptb', preset: 'smoke', epochs: 1, seed: 3, settings };
    const { summary } = await run({ ...request, optimizer: 'sgd(1e3)' }, { runDir: fresh() });
    // exp(710) is beyond all numbers of 64 bits.
    expect(summary.message).to.match(/^The validation perplexity became Infinity after step 5: /);
    expect(summary).to.include({ status: 'diverged', bestValPerplexity: null });
  });

  it('says in its summary what differs from the preset', async () => {
    const { directory } = await run({ ...tiny, optimizer: 'adam', epochs: 1 }, { runDir: fresh() });
    expect(readRun(directory).summary.overrides).to.deep.equal({
      ...tiny.settings,
      epochs: 1,
    });
  });

  it('leaves no directory when it is interrupted before training, and can then be made there', async () => {
    const runDir = join(fresh(), 'deeper');
    const request = { ...tiny, optimizer: 'adam', epochs: 1 };
    const error = await rejection(run(request, { runDir, signal: AbortSignal.abort() }));
    expect(error.message).to.equal('The run was interrupted before training started.');
    expect(existsSync(dirname(runDir))).to.equal(false);
    expect((await run(request, { runDir })).summary.status).to.equal('completed');
  });

  it('leaves a directory that it did not make, empty, when it fails before training', async () => {
    const runDir = fresh();
    mkdirSync(runDir);
    await rejection(run({ ...tiny, optimizer: 'adam' }, { runDir, threads: -1 }));
    expect(readdirSync(runDir)).to.deep.equal([]);
  });

  for (const optimizer of ['lookahead-lazy-adam', 'momentum(0.1)', 'lookahead(lazy(sgd(0.1)))']) {
    it(`leaks no tensor: ${optimizer}`, async () => {
      await run({ ...tiny, optimizer }, { runDir: fresh() });
      const before = tf.memory().numTensors;
      await run({ ...tiny, optimizer }, { runDir: fresh() });
      expect(tf.memory().numTensors).to.equal(before);
    });
  }

  it('refuses a directory that is not empty, and one that cannot be made', () => {
    const used = fresh();
    mkdirSync(used);
    writeFileSync(join(used, 'thesis.txt'), 'do not lose me');
    expect(() => new RunDirectory(used)).to.throw(`The run directory ${used} is not empty`);
    expect(existsSync(join(used, 'metrics.jsonl'))).to.equal(false);
    const below = join(used, 'thesis.txt', 'run');
    expect(() => new RunDirectory(below)).to.throw(
      `The run directory ${below} cannot be written (ENOTDIR)`,
    );
    expect(() => readRun(used)).to.throw('holds no finished run');
  });

  it('goes on in a directory whose run an older version began, which did not note how many are tested on', () => {
    const config = (counts: object) => ({ ...tiny, spec: 'adam(1e-3)', dataset: counts });
    const begun = fresh();
    mkdirSync(begun);
    writeFileSync(join(begun, 'config.json'), JSON.stringify(config({ valExamples: 4 })));
    const directory = new RunDirectory(begun, true);
    try {
      directory.refuseOther(config({ valExamples: 4, testExamples: 3 }));
      expect(() => directory.refuseOther(config({ valExamples: 5 }))).to.throw('dataset');
    } finally {
      directory.close();
    }
  });
});

describe("an optimizer's folder", () => {
  it('has the name of an optimizer that has one', () => {
    expect(folderNameOf('lookahead-lazy-adam')).to.equal('lookahead-lazy-adam');
  });

  it('tells the functions of a spec, and specs of the same functions apart', () => {
    const names = [5, 6].map((k) => folderNameOf(`lookahead(lazy(adam(1e-3)), k=${k}, alpha=0.5)`));
    for (const name of names) {
      expect(name).to.match(/^lookahead-lazy-adam-[0-9a-f]{8}$/);
    }
    expect(names[0]).not.to.equal(names[1]);
  });

  it('is short and has no character that a file system takes amiss, whatever the spec', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        expect(folderNameOf(`lazy(adam(1e-3), layers=[${JSON.stringify(text)}])`)).to.match(
          /^lazy-adam-[\w-]{8,60}$/,
        );
      }),
      { examples: [['../../(x)'], ['CON('], ['a('.repeat(100)]] },
    );
  });
});

describe('a run without native TensorFlow', () => {
  for (const backend of ['wasm', 'cpu'] as const) {
    it(`trains on ${backend}`, async () => {
      const runDir = mkdtempSync(join(tmpdir(), 'lazyahead-run-'));
      try {
        const request = { ...tiny, optimizer: 'lookahead-lazy-adam' };
        const { summary, metrics } = await run(request, { runDir, backend });
        expect(summary).to.include({ status: 'completed', backend, steps: 8 });
        expect(metrics[1].loss).to.be.within(0.5, 0.8).and.not.equal(metrics[0].loss);
      } finally {
        rmSync(runDir, { recursive: true });
      }
    });
  }
});
