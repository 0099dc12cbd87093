import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunResult } from '../../../src/training/results.js';
import { run } from '../../../src/training/run.js';
import { onBestBackend } from '../../support/backends.js';
import { rejection } from '../../support/data-folders.js';
import { skip } from '../../support/skip.js';
import { RUNS } from './runs.js';

/** Room for the small files and some two checkpoints of 100 kB. */
const ROOM = 400 * 1024;

describe('a run whose disk fills up', () => {
  onBestBackend();
  let disk: string;
  let runDir: string;
  let filler: string;
  let whole: RunResult;
  const told: string[] = [];

  before(async function () {
    disk = mkdtempSync(join(tmpdir(), 'lazyahead-disk-'));
    try {
      const options = ['-t', 'tmpfs', '-o', `size=${ROOM}`, 'tmpfs', disk];
      execFileSync('mount', options, { stdio: 'ignore' });
    } catch {
      rmdirSync(disk);
      skip(this, 'no permission to mount a small disk');
    }
    runDir = join(disk, 'run');
    filler = join(disk, 'filler');
    const elsewhere = mkdtempSync(join(tmpdir(), 'lazyahead-whole-'));
    whole = await run(RUNS.imdb, { runDir: join(elsewhere, 'run') });
    rmSync(elsewhere, { recursive: true });
  });
  beforeEach(() => {
    told.length = 0;
  });
  afterEach(() => {
    rmSync(filler, { force: true });
    rmSync(runDir, { recursive: true, force: true });
  });
  after(() => {
    execFileSync('umount', [disk]);
    rmdirSync(disk);
  });

  /** Takes all room after one step and gives it back after another. */
  const training = (full: number, free: number) =>
    run(RUNS.imdb, {
      ...{ runDir, resume: true, checkpointEvery: '2', keepCheckpoints: 1 },
      onStatus: (status) => told.push(status),
      onEvent(event) {
        if (event.type !== 'step') return;
        if (event.step === full) fillUp(filler);
        if (event.step === free) rmSync(filler);
      },
    });

  const losses = () => readFileSync(join(runDir, 'steps.jsonl'), 'utf8').trim().split('\n');

  it('goes on, says which checkpoints are missing, and loses nothing once there is room', async () => {
    const { summary } = await training(3, 9);
    expect(summary.weightsSha256).to.equal(whole.summary.weightsSha256);
    expect(told).to.have.length(3);
    expect(told[0]).to.equal(
      'The checkpoint of step 4 could not be written (ENOSPC: no space left on device, write); the last one is of step 2.',
    );
    expect(losses()).to.have.length(20);
  });

  it('keeps the last good checkpoint where no room is made, and goes on from it later', async () => {
    const error = await rejection(training(5, 1000));
    expect(error.message).to.match(
      /^The result of the run cannot be written to .*\/run \(ENOSPC.*\): make room, then go on with --resume\.$/,
    );
    expect(readdirSync(join(runDir, 'checkpoints'))).to.deep.equal(['step-00000004.safetensors']);
    rmSync(filler);
    told.length = 0;
    const { summary, metrics } = await training(1000, 1000);
    expect(told).to.deep.equal([`The run in ${runDir} goes on from step 4.`]);
    expect(summary.weightsSha256).to.equal(whole.summary.weightsSha256);
    expect(metrics.map(({ valLoss }) => valLoss)).to.deep.equal(
      whole.metrics.map(({ valLoss }) => valLoss),
    );
    expect(losses()).to.have.length(20);
    expect(summary.resumedFromSteps).to.deep.equal([4]);
  });
});

/** Writes until the disk takes nothing any more. */
function fillUp(file: string): void {
  for (let size = 2 * ROOM; size >= 1; size = Math.floor(size / 2)) {
    try {
      writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Half of it may still fit.
    }
  }
}
