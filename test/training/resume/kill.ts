/** Runs that are killed again and again, and what must be true of them afterwards. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { randomStream } from '../../../src/runtime/seeds.js';
import type { RunResult } from '../../../src/training/results.js';
import { run } from '../../../src/training/run.js';
import { ROOT } from '../../cli/command.js';
import { EVERY, RUNS } from './runs.js';

interface Life {
  /** The steps it told of, in order. */
  steps: number[];
  /** Null when it was killed. */
  result: Pick<RunResult, 'summary' | 'metrics'> | null;
  calls: number;
  output: string;
}

/**
 * Has a run killed so often at random moments, then lets it come to its end.
 *
 * The moments are calls that change a file, the writing of checkpoints included, or some milliseconds
 * after a step. Then asserts that the run is the one that was never killed, bit for bit, and that work
 * was resumed, not repeated.
 */
export async function expectSurvival(name: string, kills: number, seed: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lazyahead-kill-'));
  const random = randomStream(seed, name);
  try {
    const whole = join(folder, 'whole');
    const expected = await run(RUNS[name], { runDir: whole, checkpointEvery: String(EVERY) });
    const runDir = join(folder, 'killed');
    const lives: Life[] = [];
    while (lives.length < kills) {
      const env =
        random.uniform() < 0.6
          ? { KILL_AT: String(1 + random.integer(250)) }
          : { KILL_AFTER_STEP: `${1 + random.integer(4)},${random.integer(30)}` };
      lives.push(await live(RUNS[name], runDir, env));
      if (lives.at(-1)!.result !== null) break;
    }
    if (lives.at(-1)!.result === null) {
      lives.push(await live(RUNS[name], runDir, {}));
    }
    const { result, output } = lives.at(-1)!;
    const where = `seed ${seed}:\n${lives.map((life) => life.output).join('—\n')}`;
    expect(result, where).not.to.equal(null);
    const { summary, metrics } = result!;
    const timeless = (all: RunResult['metrics']) => all.map(({ seconds, ...rest }) => rest);
    expect(timeless(metrics), where).to.deep.equal(timeless(expected.metrics));
    expect(summary.weightsSha256, where).to.equal(expected.summary.weightsSha256);
    for (const file of ['steps.jsonl', 'config.json']) {
      const [here, there] = [runDir, whole].map((at) => readFileSync(join(at, file), 'utf8'));
      expect(here, `${file}, ${where}`).to.equal(there);
    }
    expect(timeless(linesOf(join(runDir, 'metrics.jsonl')) as RunResult['metrics'])).to.deep.equal(
      timeless(metrics),
    );

    const executed = lives.reduce((sum, { steps }) => sum + steps.length, 0);
    const killed = lives.length - 1;
    // Of each process that was killed, a step may not have come to be noted or told.
    expect(summary.stepsExecuted, where).to.be.within(executed - killed, executed + killed);
    expect(summary.stepsExecuted, where).to.be.at.most(summary.steps + killed * EVERY);
    // One that was killed before it began is not counted.
    const began = lives.filter(({ output }) => output.includes('goes on from')).length;
    expect(summary.resumedFromSteps!.length, where).to.be.at.most(killed).and.at.most(began);
    expect(output, where).to.contain(`goes on from step ${summary.resumedFromSteps!.at(-1)}`);
    const firsts = lives.flatMap(({ steps }) => steps.slice(0, 1));
    for (const first of firsts.slice(1)) {
      expect(summary.resumedFromSteps, where).to.include(first - 1);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One process of a run. */
export function live(request: object, runDir: string, env: NodeJS.ProcessEnv): Promise<Life> {
  const program = join(__dirname, 'program.ts');
  const args = ['--import', 'tsx', program, JSON.stringify(request), runDir];
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env } });
  let output = `${JSON.stringify(env)}\n`;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve) =>
    child.on('close', () => {
      const match = (pattern: RegExp) => [...output.matchAll(pattern)].map(([, text]) => text);
      const [result] = match(/^result (.*)$/gm);
      resolve({
        steps: match(/^step (\d+)$/gm).map(Number),
        result: result === undefined ? null : JSON.parse(result),
        calls: Number(match(/^calls (\d+)$/gm)[0]),
        output,
      });
    }),
  );
}

const linesOf = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
