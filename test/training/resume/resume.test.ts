import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { UsageError } from '../../../src/runtime/errors.js';
import { reproduce } from '../../../src/training/reproduce.js';
import type { RunResult } from '../../../src/training/results.js';
import { type RunOptions, run } from '../../../src/training/run.js';
import { onBestBackend } from '../../support/backends.js';
import { rejection } from '../../support/data-folders.js';
import { RUNS } from './runs.js';

describe('a run that is gone on with', () => {
  onBestBackend();
  let root: string;
  let whole: RunResult;
  let count = 0;
  const told: string[] = [];
  const fresh = () => join(root, `run-${count++}`);
  const timeless = (metrics: RunResult['metrics']) => metrics.map(({ seconds, ...rest }) => rest);
  const checkpoints = (runDir: string) =>
    readdirSync(join(runDir, 'checkpoints')).map((name) => Number(/\d+/.exec(name)![0]));

  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'lazyahead-resume-'));
    whole = await run(RUNS.imdb, { runDir: join(root, 'whole'), checkpointEvery: '3' });
  });
  beforeEach(() => {
    told.length = 0;
  });
  after(() => rmSync(root, { recursive: true }));

  /** Goes on with the run of 20 steps, up to one of them. */
  function goOn(runDir: string, upTo = 1000, options: RunOptions = {}): Promise<RunResult> {
    const controller = new AbortController();
    return run(RUNS.imdb, {
      ...{ runDir, resume: true, checkpointEvery: '3', signal: controller.signal },
      onStatus: (status) => told.push(status),
      onEvent: (event) => event.type === 'step' && event.step === upTo && controller.abort(),
      ...options,
    });
  }

  function expectWhole({ summary, metrics, directory }: RunResult): void {
    expect(summary.weightsSha256).to.equal(whole.summary.weightsSha256);
    expect(timeless(metrics)).to.deep.equal(timeless(whole.metrics));
    const losses = (at: string) => readFileSync(join(at, 'steps.jsonl'), 'utf8');
    expect(losses(directory)).to.equal(losses(whole.directory));
  }

  it('was interrupted: it loses no step, wherever that was', async () => {
    // In the first epoch of 10 steps, before its validation, in the second one.
    for (const upTo of [4, 10, 13]) {
      const runDir = fresh();
      const first = await goOn(runDir, upTo);
      expect(first.summary).to.include({ status: 'interrupted', steps: upTo });
      const second = await goOn(runDir);
      expectWhole(second);
      expect(second.summary).to.include({ status: 'completed', stepsExecuted: 20 });
      expect(second.summary.resumedFromSteps).to.deep.equal([upTo]);
    }
  });

  it('says from where it goes on, and how often it has', async () => {
    const runDir = fresh();
    await goOn(runDir, 4);
    await goOn(runDir, 5);
    const result = await goOn(runDir);
    expectWhole(result);
    expect(told).to.deep.equal(
      [4, 5].map((step) => `The run in ${runDir} goes on from step ${step}.`),
    );
    expect(result.summary.resumedFromSteps).to.deep.equal([4, 5]);
  });

  it('goes on from the checkpoint before a damaged one, and says so', async () => {
    const runDir = fresh();
    await goOn(runDir, 8);
    const newest = join(runDir, 'checkpoints', 'step-00000008.safetensors');
    const content = readFileSync(newest);
    content[content.length - 5] ^= 16;
    writeFileSync(newest, content);
    const result = await goOn(runDir);
    expect(told[0]).to.equal(
      `The checkpoint ${newest} does not have the content that its checksum is of: the one before it, of step 6, is tried.`,
    );
    expect(told[1]).to.equal(`The run in ${runDir} goes on from step 6.`);
    expectWhole(result);
    // Steps 7 and 8 were taken twice.
    expect(result.summary).to.include({ stepsExecuted: 22 });
    expect(result.summary.resumedFromSteps).to.deep.equal([6]);
  });

  it('begins anew when no checkpoint is whole, and says so', async () => {
    const runDir = fresh();
    await goOn(runDir, 3);
    writeFileSync(join(runDir, 'checkpoints', 'step-00000003.safetensors'), '');
    const result = await goOn(runDir);
    expect(told[0]).to.match(/ is cut off: there is none before it, so the run starts anew\.$/);
    expectWhole(result);
    expect(result.summary).to.include({ stepsExecuted: 23 });
  });

  it('begins where the directory is empty, and is handed back as it is when it has ended', async () => {
    const runDir = fresh();
    mkdirSync(runDir);
    const first = await goOn(runDir);
    expectWhole(first);
    const again = await goOn(runDir);
    expect(told).to.deep.equal([`The run in ${runDir} came to its end before: completed.`]);
    expect(again).to.deep.equal(JSON.parse(JSON.stringify(first)));
  });

  it('is refused when it is another run, with what differs, and left as it is', async () => {
    const runDir = fresh();
    await goOn(runDir, 4);
    const before = readFileSync(join(runDir, 'summary.json'), 'utf8');
    const settings = { ...RUNS.imdb.settings, units: 9 };
    const error = await rejection(
      run({ ...RUNS.imdb, settings, seed: 2 }, { runDir, resume: true }),
    );
    expect(error).to.be.instanceOf(UsageError);
    expect(error.message).to.equal(
      `${runDir} holds another run, with seed 1, not 2; units 8, not 9: ask for that one, or name another directory with --run-dir.`,
    );
    expect(readFileSync(join(runDir, 'summary.json'), 'utf8')).to.equal(before);
  });

  it('is refused where the directory holds something else, or none is named', async () => {
    const runDir = fresh();
    mkdirSync(runDir);
    writeFileSync(join(runDir, 'thesis.txt'), 'do not lose me');
    const error = await rejection(run(RUNS.imdb, { runDir, resume: true }));
    expect(error.message).to.contain('holds something else than a run');
    expect(readdirSync(runDir)).to.deep.equal(['thesis.txt']);
    const nameless = await rejection(run(RUNS.imdb, { resume: true }));
    expect(nameless.message).to.contain('nothing to resume: name it with --run-dir');
  });

  it('is not begun over without being asked to resume: the sentence names --resume', async () => {
    const error = await rejection(run(RUNS.imdb, { runDir: whole.directory }));
    expect(error.message).to.contain('is not empty: go on with its run with --resume');
  });

  it('is refused to a second one at the same time', async () => {
    const runDir = fresh();
    const first = goOn(runDir);
    const error = await rejection(goOn(runDir));
    expect(error).to.be.instanceOf(UsageError);
    expect(error.message).to.match(/is being used by process \d+ on .*: wait until it has ended/);
    expectWhole(await first);
  });

  it('keeps the newest checkpoints and the best, and of a run that has ended the newest and the best', async () => {
    const runDir = fresh();
    await goOn(runDir, 17);
    // Every 3 steps, after the epoch of 10, and where it was interrupted.
    expect(checkpoints(runDir)).to.deep.equal([10, 15, 17]);
    await goOn(runDir);
    const best = whole.metrics[0].valAccuracy! >= whole.metrics[1].valAccuracy! ? [10, 20] : [20];
    expect(checkpoints(runDir)).to.deep.equal(best);
  });

  it('leaks no tensor', async () => {
    const runDir = fresh();
    const before = tf.memory().numTensors;
    await goOn(runDir, 4);
    await goOn(runDir);
    expect(tf.memory().numTensors).to.equal(before);
  });

  it('is part of a reproduction: finished runs are not made again, unfinished ones gone on with', async () => {
    const runDir = fresh();
    const request = { ...RUNS.imdb, optimizer: undefined, optimizers: ['adam', 'lazy-adam'] };
    const controller = new AbortController();
    let [runs, steps] = [0, 0];
    const options = {
      ...{ runDir, resume: true, signal: controller.signal },
      onRun: () => {
        runs += 1;
        return ({ type }: { type: string }) => {
          steps += type === 'step' ? 1 : 0;
          if (steps === 25) controller.abort();
        };
      },
    };
    const first = await reproduce(request, options);
    expect(first.runs.map(({ summary }) => summary.status)).to.deep.equal([
      'completed',
      'interrupted',
    ]);
    const second = await reproduce(request, { ...options, signal: undefined });
    expect(second.runs.map(({ summary }) => summary.status)).to.deep.equal([
      'completed',
      'completed',
    ]);
    expect(second.runs[1].summary.resumedFromSteps).to.deep.equal([5]);
    expect(steps).to.equal(40);
    expect(runs).to.equal(4);
  });

  it('takes checkpoints of a number of steps or a time, and nothing else', async () => {
    const runDir = fresh();
    for (const checkpointEvery of ['0', '-1', '1.5', '5 apples', '']) {
      const error = await rejection(run(RUNS.imdb, { runDir, checkpointEvery }));
      expect(error, checkpointEvery).to.be.instanceOf(UsageError);
      expect(error.message).to.contain(`not every "${checkpointEvery}"`);
    }
    const error = await rejection(run(RUNS.imdb, { runDir, keepCheckpoints: 0 }));
    expect(error.message).to.contain('checkpoints to keep is a whole number from 1, not 0');
    expect(existsSync(runDir)).to.equal(false);
  });

  it('writes checkpoints by the clock too', async () => {
    const runDir = fresh();
    await goOn(runDir, 9, { checkpointEvery: '0.001s', keepCheckpoints: 20 });
    expect(checkpoints(runDir)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
