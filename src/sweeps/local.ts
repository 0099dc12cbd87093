/** The engine for one machine: a pool of processes. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { rmdirSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BackendOptions } from '../runtime/backend.js';
import { type Channel, pushedBy } from './channel.js';
import type { Engine, EngineOptions, Trial, TrialEvent } from './engine.js';
import { objectIn, quoted } from './json-lines.js';
import { puller } from './puller.js';
import type { TrialOrder, TrialReport } from './trial-process.js';

const PROGRAM = join(__dirname, `trial-process${extname(__filename)}`);

/** How long a cancelled trial may take to end in good order (ms). */
const PATIENCE = 20_000;

/** What the pool is like. */
export interface LocalOptions extends BackendOptions {
  /** Trials at a time, each in a process of its own. */
  workers: number;
  /** Threads within one op of each trial. Default 1: trials side by side finish more that way. */
  threads?: number;
  /** A folder for the run directories of trials that have not ended. */
  scratch: string;
}

/** Runs each trial in a process of its own, some of them at a time. */
export class LocalEngine implements Engine {
  readonly name = 'local';
  readonly workers: number;

  constructor(private readonly options: LocalOptions) {
    this.workers = options.workers;
  }

  async *run(
    trials: Iterable<Trial> | AsyncIterable<Trial>,
    { signal, stopped }: EngineOptions,
  ): AsyncGenerator<TrialEvent, void, undefined> {
    const next = puller(trials);
    const work = async (to: Channel<TrialEvent>, stop: AbortSignal) => {
      while (!stop.aborted) {
        const trial = await next();
        if (trial === undefined) return;
        await this.carryOut(trial, { stop, early: stopped?.(trial.id) }, to);
      }
    };
    const events = pushedBy<TrialEvent>(async (to, stop) => {
      const failed = new AbortController();
      const ends = AbortSignal.any([stop, failed.signal]);
      const all = Array.from({ length: this.workers }, () => work(to, ends));
      // Where naming the next trial has failed, those that run are of no use to anybody.
      for (const each of all) each.catch(() => failed.abort());
      await Promise.allSettled(all);
      await Promise.all(all);
    }, signal);
    try {
      for await (const event of events) {
        yield event;
        // Whoever reads has the result by now.
        if ('files' in event) rmSync(this.runDir(event), { recursive: true, force: true });
      }
    } finally {
      this.tidyUp();
    }
  }

  /** Removes the scratch folder where every trial has ended. */
  private tidyUp(): void {
    try {
      rmdirSync(this.options.scratch);
    } catch {
      // It was never made, or what is in it will be continued.
    }
  }

  private runDir({ id }: { id: string }): string {
    return join(this.options.scratch, id);
  }

  private async carryOut(trial: Trial, ends: Ends, to: Channel<TrialEvent>): Promise<void> {
    const { id, request } = trial;
    const { backend, threads = 1 } = this.options;
    const child = spawn(process.execPath, [...process.execArgv, PROGRAM]);
    const order: TrialOrder = { request, runDir: this.runDir(trial), backend, threads };
    const say = (report: TrialReport) => to.push({ ...report, id } as TrialEvent);
    say({ type: 'started' });
    const end = await converse(child, order, ends, say);
    say(end);
  }
}

/** What ends a trial before its end. */
interface Ends {
  stop: AbortSignal;
  early?: AbortSignal;
}

/** Gives the order and passes reports on, up to the last one, which is returned. */
async function converse(
  child: ChildProcessWithoutNullStreams,
  order: TrialOrder,
  { stop, early }: Ends,
  say: (report: TrialReport) => void,
): Promise<TrialReport> {
  let last: TrialReport | undefined;
  let foreign: string | undefined;
  let complaint = '';
  let killer: NodeJS.Timeout | undefined;
  const cancel = () => {
    child.stdin.end();
    killer ??= setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  };
  // A process that has died cannot be written to; its end is told below.
  child.stdin.on('error', () => {});
  child.stderr.on('data', (text) => {
    complaint = (complaint + text).slice(-2000);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (foreign !== undefined) return;
    const report = objectIn<TrialReport>(line);
    if (report === undefined) {
      foreign = line;
      cancel();
    } else if (['ended', 'stopped', 'failed', 'cancelled'].includes(report.type)) last = report;
    else say(report);
  });
  child.stdin.write(`${JSON.stringify(order)}\n`);
  if (stop.aborted) cancel();
  stop.addEventListener('abort', cancel);
  const endEarly = () => child.stdin.write('{"stop":true}\n');
  early?.addEventListener('abort', endEarly);
  const how = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('close', (code, signal) => {
      // A process that others end may leave a line of its own that is cut off.
      if (signal !== null && !child.killed) foreign = undefined;
      resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`);
    });
  });
  stop.removeEventListener('abort', cancel);
  early?.removeEventListener('abort', endEarly);
  clearTimeout(killer);
  if (last !== undefined) return last;
  if (stop.aborted) return { type: 'cancelled' };
  if (foreign !== undefined) {
    const message = `What starts lazyahead printed ${quoted(foreign)}: it must leave standard output alone.`;
    return { type: 'failed', message };
  }
  const why = complaint.trim().split('\n').at(-1);
  return { type: 'failed', message: `Its process ${how}${why ? `: ${why}` : '.'}` };
}
