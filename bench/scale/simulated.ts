/** The simulations that the page docs/cluster/scale.md shows, from what was measured. */
import { round } from '../suite.js';
import type { MeasuredRow, SimulatedRow } from './row.js';
import { simulate } from './simulate.js';

export const TRIALS = [1000, 10_000];
export const WORKERS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** Assumed: a machine that may be taken away is lost once in 20 hours. */
export const LOSSES_AN_HOUR = 0.05;

/** As driver.py has it. */
const RETRIES = 3;

/** Trials by how long they train: a measured row's values. */
const WORKS = ['tiny', 'ptb quick', 'cifar10 quick'];

/** Whether rows hold all that the simulations need. */
export const canSimulate = (rows: MeasuredRow[]): boolean =>
  WORKS.every((work) => rows.some(({ name }) => name === trainingOf(work))) &&
  rows.some(({ name }) => name.startsWith('driver, relay')) &&
  rows.some(({ name }) => name.startsWith('ray: a trial starts again'));

/** Simulates each kind of trials on each number of workers. The same rows give the same numbers. */
export function simulations(rows: MeasuredRow[]): SimulatedRow[] {
  const median = (name: string) => {
    const row = rows.find((each) => each.name === name);
    if (row === undefined) throw new Error(`There is no "${name}" among the rows.`);
    return row.unit === 'ms' ? row.median / 1000 : row.median;
  };
  return WORKS.flatMap((work) =>
    TRIALS.flatMap((trials) =>
      WORKERS.map((workers) => {
        const { makespan, trainingShare, driverShare, failed } = simulate({
          ...{ trials, workers, retries: RETRIES },
          seconds: rows.find(({ name }) => name === trainingOf(work))!.values,
          overhead: median(`${work === 'tiny' ? 'tiny' : 'ptb quick'}: overhead of a trial, ray`),
          ...driverTimes(rows),
          lossRate: LOSSES_AN_HOUR / 3600,
          recovery: median('ray: a trial starts again after the loss of its node'),
        });
        return {
          ...{ kind: 'simulated', work, trials, workers, losses_an_hour: LOSSES_AN_HOUR },
          makespan_s: Math.round(makespan * 10) / 10,
          trials_a_minute: round((60 * trials) / makespan),
          training_share: round(trainingShare),
          driver_share: round(driverShare),
          failed,
        } as const;
      }),
    ),
  );
}

/**
 * The driver's seconds a result and a report. Its parts are processes that work side by side, on
 * cores of their own: the slowest of them is what the others wait for.
 */
export function driverTimes(rows: MeasuredRow[]): { driver: number; report: number } {
  const of = (name: string) => (rows.find((row) => row.name === name)?.median ?? 0) / 1000;
  const storing = Math.max(
    ...rows
      .filter(({ name }) => name.startsWith('driver, Node: a result of'))
      .map(({ median }) => median / 1000),
  );
  const parts = [
    {
      driver: storing + of('driver, Node: a result by Ray, without its storing'),
      report: of('driver, Node: a report'),
    },
    ...['driver.py', 'relay', 'GCS'].map((part) => ({
      driver: of(`driver, ${part}: a result`),
      report: of(`driver, ${part}: a report`),
    })),
  ];
  return parts.reduce((most, part) => (part.driver > most.driver ? part : most));
}

const trainingOf = (work: string) =>
  work === 'cifar10 quick' ? `${work}: training of a trial` : `${work}: training of a trial, ray`;
