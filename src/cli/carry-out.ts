/** What the commands that carry sweeps out have in common. */
import type { SweepOptions } from '../sweeps/sweep.js';
import type { SweepDirectory } from '../sweeps/sweep-directory.js';
import { untilInterrupted } from './interrupt.js';
import type { TrainingFlags } from './options.js';
import { type EngineFlags, type OpenEngine, openEngine } from './sweep-engine.js';
import { showSweep } from './sweep-progress.js';
import { openTracker } from './tracking.js';

/** How a sweep is carried out, as the command line says it. */
export interface CarryOutFlags extends TrainingFlags, EngineFlags {
  plan?: boolean;
}

export const PLAN_OPTION = [
  '--plan',
  'say what would be run and how long it would take, and end there: the first trials are begun to see how fast they are, and kept',
] as const;

/**
 * Carries a sweep out on the engine that the flags ask for, shown on standard error and tracked.
 *
 * @param open - its directory; called once it is known that the runs can be tracked.
 * @param work - what carries it out: a sweep or a search.
 * @returns the directory, closed, where the sweep may not be finished.
 */
export async function carryOut(
  flags: CarryOutFlags,
  open: () => Promise<SweepDirectory>,
  work: (directory: SweepDirectory, options: SweepOptions) => Promise<unknown>,
): Promise<SweepDirectory> {
  const signal = untilInterrupted();
  const display = showSweep();
  const tracker = await openTracker(flags.track, display.tell);
  const directory = await open();
  const logged: Promise<boolean>[] = [];
  let opened: OpenEngine | undefined;
  try {
    opened = await openEngine(flags, directory);
    await work(directory, {
      engine: opened.engine,
      signal,
      onOutlook(outlook) {
        display.outlook(outlook);
        return !flags.plan;
      },
      onEvent(event, trial, progress, run) {
        display.event(event, trial, progress, run);
        if (run !== undefined) logged.push(tracker.log(run));
      },
    });
  } finally {
    await Promise.all(logged);
    display.stop();
    await opened?.close();
    directory.close();
  }
  return directory;
}

/** After `--plan`: says which command carries the plan out. */
export function sayHowToStart(directory: SweepDirectory, command: string): void {
  const how = directory.read().runs.size > 0 ? 'go on with' : 'start';
  process.stderr.write(`To ${how} it: ${command}\n`);
}
