/** The simulations that the page docs/cluster/scale.md shows, from what was measured. */
import { round } from '../suite.js';
import type { MeasuredRow, SimulatedRow } from './row.js';
import { type DriverPart, simulate } from './simulate.js';

const TRIALS = [1000, 10_000];
const WORKERS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** Assumed: a machine that may be taken away is lost once in 20 hours. */
const LOSSES_AN_HOUR = 0.05;

/** As driver.py has it. */
const RETRIES = 3;

/** Kinds of trials. */
const WORKS = ['tiny', 'ptb smoke', 'ptb quick', 'cifar10 quick'];

const NAMES = {
  start: 'tiny: processor time of a trial, ray',
  training: (work: string) => `${work}: training of a trial`,
  processor: (work: string) => `${work}: processor time of a trial, ray`,
  recovery: 'ray: a trial starts again after the loss of its node',
};

/** Whether rows hold all that the simulations need. */
export const canSimulate = (rows: MeasuredRow[]): boolean =>
  [NAMES.processor('ptb smoke'), NAMES.recovery, 'driver, relay: a report'].every((name) =>
    rows.some((row) => row.name === name),
  );

/** Simulates each kind of trials on each number of workers. The same rows give the same numbers. */
export function simulations(rows: MeasuredRow[]): SimulatedRow[] {
  const secondsOf = inSeconds(rows);
  // A tiny trial does hardly more than start and end.
  const overhead = secondsOf(NAMES.start);
  const training: Record<string, number[]> = {
    tiny: [0],
    'ptb smoke': [secondsOf(NAMES.processor('ptb smoke')) - overhead],
  };
  const driver = driverParts(rows);
  return WORKS.flatMap((work) =>
    TRIALS.flatMap((trials) =>
      WORKERS.map((workers) => {
        const { makespan, trainingShare, driverShare, slowest, failed } = simulate({
          ...{ trials, workers, retries: RETRIES, overhead, driver },
          seconds: training[work] ?? rows.find(({ name }) => name === NAMES.training(work))!.values,
          lossRate: LOSSES_AN_HOUR / 3600,
          recovery: secondsOf(NAMES.recovery),
        });
        return {
          ...{ kind: 'simulated', work, trials, workers, losses_an_hour: LOSSES_AN_HOUR },
          makespan_s: Math.round(makespan * 10) / 10,
          trials_a_minute: round((60 * trials) / makespan),
          training_share: round(trainingShare),
          driver_share: round(driverShare),
          slowest,
          failed,
        } as const;
      }),
    ),
  );
}

/** What each part of the driver does for a trial. */
export function driverParts(rows: MeasuredRow[]): DriverPart[] {
  const secondsOf = inSeconds(rows);
  const parts = ['driver.py', 'relay', 'GCS'].map((name) => ({
    name,
    result: secondsOf(`driver, ${name}: a result`),
    report: secondsOf(`driver, ${name}: a report`),
  }));
  const result =
    secondsOf('driver, Node: a result of 10,000') + secondsOf('driver, Node: a result by Ray');
  return [...parts, { name: 'Node', result, report: secondsOf('driver, Node: a report') }];
}

/** @throws Error for a quantity that is not there. */
const inSeconds = (rows: MeasuredRow[]) => (name: string) => {
  const row = rows.find((each) => each.name === name);
  if (row === undefined) throw new Error(`There is no "${name}" among the rows.`);
  return row.unit === 'ms' ? row.median / 1000 : row.median;
};
