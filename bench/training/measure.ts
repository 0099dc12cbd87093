/** Measuring a workload: first that all sides compute the same, then how long a step takes them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alternate, percentile, type Schedule } from '../timing.js';
import { type Computed, demandAgreement } from './agreement.js';
import { multiplyAdds } from './arithmetic.js';
import { makeBatches, readArrays, type Variable, writeBatches } from './files.js';
import { type Measured, type SideName, type TrainingRow, trainingRow } from './row.js';
import { asSide, endSides, type Start, sidesOf, startSides, startTfjs } from './sides.js';
import { besideIn, type Workload, withoutDropout } from './workloads.js';

/** Steps of the check, all on one batch. */
const CHECK_STEPS = 20;
/** Lookahead's period: its steps are measured in groups of it, of which one syncs. */
const K = 5;
const PRODUCT = 1024 ** 3;

export interface MeasureOptions {
  threads: number[];
  rounds: number;
  smoke: boolean;
  /** One that has Keras and PyTorch; null leaves them out. */
  python: string | null;
}

/**
 * One row for each number of threads.
 *
 * @throws Error in one sentence when a side does not compute the same, or ends.
 */
export async function* measure(
  workload: Workload,
  { threads, rounds, smoke, python }: MeasureOptions,
): AsyncGenerator<TrainingRow> {
  const folder = mkdtempSync(join(tmpdir(), 'lazyahead-bench-'));
  try {
    writeBatches(folder, makeBatches(workload));
    const schedule = smoke
      ? { warmUp: 1, blocks: 2, blockMs: 1 }
      : { blocks: rounds, blockMs: 1000 };
    for (const [i, count] of threads.entries()) {
      const start = { workload, threads: count, folder, python };
      const { variables, rate } = await initialize(start);
      if (i === 0) await check(start, variables);
      const timed = await time({ ...start, beside: besideIn(workload) }, schedule);
      const lookaheadOverhead = await lookahead(start, schedule);
      yield trainingRow(
        {
          workload,
          threads: count,
          rounds: schedule.blocks,
          ...timed,
          lookaheadOverhead,
          multiplyAdds: multiplyAdds(workload),
          rate,
        },
        !smoke,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Has our process write the initial weights, and takes the machine's rate. */
async function initialize({ folder, workload, threads }: Start) {
  const process = await startTfjs({ kind: 'ours', folder, workload, threads, role: 'initial' });
  await process.end();
  const { variables, productMs } = process.ready as { variables: Variable[]; productMs: number[] };
  // The limit is what the machine can do, not what it did while something else ran.
  return { variables, rate: PRODUCT / percentile(productMs, 10) };
}

async function check(start: Start, variables: Variable[]): Promise<void> {
  const workload = withoutDropout(start.workload);
  const names = sidesOf(workload, start.python);
  const sides = await startSides(names, { ...start, workload });
  try {
    const computed: Computed[] = [];
    for (const { name, ask } of sides) {
      const question = { check: { ...workload.check, steps: CHECK_STEPS } };
      const { losses } = await ask<{ losses: number[] }>(question);
      const gradients = readArrays(join(start.folder, `${name}.gradients`), variables);
      computed.push({ side: name, gradients, losses });
    }
    demandAgreement(computed, variables);
  } finally {
    await endSides(sides);
  }
}

async function time(start: Start, schedule: Schedule): Promise<Pick<Measured, 'times' | 'memory'>> {
  const sides = await startSides(sidesOf(start.workload, start.python), start);
  try {
    const summaries = await alternate(
      sides.map((side) => asSide(side)),
      schedule,
    );
    const memory: Partial<Record<SideName, number>> = {};
    for (const { name, ask } of sides) {
      memory[name] = (await ask<{ bytes: number }>({ memory: true })).bytes;
    }
    const times = Object.fromEntries(sides.map(({ name }, i) => [name, summaries[i]]));
    return { times: times as Measured['times'], memory };
  } finally {
    await endSides(sides);
  }
}

/** Time with Lookahead over the time without, both in one process, which has nothing else to do. */
async function lookahead(start: Start, schedule: Schedule): Promise<number> {
  const { folder, workload, threads } = start;
  const process = await startTfjs({ kind: 'ours', folder, workload, threads, role: 'lookahead' });
  try {
    const sides = [asSide(process, true), asSide(process)];
    const [wrapped, plain] = await alternate(sides, { ...schedule, group: K });
    return wrapped.median / plain.median;
  } finally {
    await process.end();
  }
}
