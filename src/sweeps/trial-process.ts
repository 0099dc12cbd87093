/**
 * The program that carries one trial out, wherever an engine starts it.
 *
 * Its first line of standard input is a {@link TrialOrder}; a second one, `{"stop":true}`, ends the
 * trial early; the end of standard input cancels it, so that it never outlives whoever started it.
 * Each line of standard output is a {@link TrialReport}, the last of them `ended`, `stopped`, `failed` or
 * `cancelled`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BackendOptions } from '../runtime/backend.js';
import { codeVersion } from '../runtime/code-version.js';
import type { TrainingEvent } from '../training/events.js';
import { run } from '../training/run.js';
import { readRun } from '../training/run-files.js';
import type { Trial, TrialEvent } from './engine.js';

/** What is to be done. */
export interface TrialOrder extends BackendOptions {
  request: Trial['request'];
  /** Where the run works, on this machine. */
  runDir: string;
  /** Which code is to do it, where this may be another machine's. */
  code?: string;
}

type WithoutId<Event> = Event extends unknown ? Omit<Event, 'id'> : never;

/** The only report of a program that is not the one wanted. */
export type Refusal = { type: 'refused'; message: string };

/** An engine's event, which the engine knows the trial of. */
export type TrialReport = WithoutId<TrialEvent>;

/** Shortest time between two reports of a step (ms). */
const STEP_EVERY = 500;

async function main(): Promise<void> {
  const cancel = new AbortController();
  // A terminal sends Ctrl-C to this process too: what it means is the engine's to say.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => cancel.abort());
  const lines = createInterface({ input: process.stdin });
  lines.on('close', () => cancel.abort());
  const early = new AbortController();
  // Both may come at once.
  const order: TrialOrder = await new Promise((resolve) =>
    lines.once('line', (line) => {
      resolve(JSON.parse(line));
      lines.on('line', () => early.abort());
    }),
  );
  report(await outcome(order, cancel.signal, early.signal));
  lines.close();
  process.stdin.destroy();
}

async function outcome(
  order: TrialOrder,
  cancel: AbortSignal,
  early: AbortSignal,
): Promise<TrialReport | Refusal> {
  const { request, runDir, backend, threads, code } = order;
  if (code !== undefined && code !== codeVersion()) {
    return {
      type: 'refused',
      message: `The node ${hostname()} has lazyahead ${codeVersion()}, this machine ${code}: install the same on all of them, and name it with --worker-command.`,
    };
  }
  const signal = AbortSignal.any([cancel, early]);
  try {
    await run(request, {
      ...{ runDir, backend, threads, signal, resume: true, keepCheckpoints: 1 },
      onEvent: sparingly((event) => report({ type: 'training', event })),
      onStatus: (status) => report({ type: 'status', status }),
    });
    if (hasEnded(runDir)) return { type: 'ended', files: filesOf(runDir) };
    return cancel.aborted ? { type: 'cancelled' } : { type: 'stopped', files: filesOf(runDir) };
  } catch (error) {
    if (cancel.aborted) return { type: 'cancelled' };
    return { type: 'failed', message: (error as Error).message };
  }
}

/** Whether a run came to its end there, this time or before the last start. */
const hasEnded = (runDir: string) =>
  existsSync(join(runDir, 'summary.json')) && readRun(runDir).summary.status !== 'interrupted';

/** What can be read of a run: its JSON, but not the weights. */
function filesOf(runDir: string): Record<string, string> {
  const names = readdirSync(runDir).filter((name) => /\.jsonl?$/.test(name));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(runDir, name), 'utf8')]));
}

/** Passes on every event but most steps. */
function sparingly(listener: (event: TrainingEvent) => void): (event: TrainingEvent) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (event) => {
    if (event.type === 'step' && performance.now() - last < STEP_EVERY) return;
    last = performance.now();
    listener(event);
  };
}

const report = (line: TrialReport | Refusal) => process.stdout.write(`${JSON.stringify(line)}\n`);

void main();
