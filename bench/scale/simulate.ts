/** A sweep of many trials on many workers, event by event, without running any of them. */
import { randomStream } from '../../src/runtime/seeds.js';

/** What is simulated. All times in seconds. */
export interface Scenario {
  trials: number;
  workers: number;
  /** Training times that were measured; each trial has one of them, in turn. */
  seconds: number[];
  /** What a trial takes of its worker before and after training. */
  overhead: number;
  /**
   * The driver's parts, processes side by side on cores of their own: the slowest is what the others
   * wait for.
   */
  driver: DriverPart[];
  /** How often a worker is lost, per second of its work. */
  lossRate: number;
  /** From a loss until the trial starts again elsewhere. */
  recovery: number;
  /** Times that a trial is started again. */
  retries: number;
}

/** A process that does something for every trial, one at a time. */
export interface DriverPart {
  name: string;
  /** For a trial: half of it when it is sent, half for its result. */
  result: number;
  /** For one report on how a trial goes. */
  report: number;
}

/** What came of it. */
export interface Simulated {
  /** From the first trial that is sent to the last result. */
  makespan: number;
  /** Share of all workers' time in which they trained for a result that was kept. */
  trainingShare: number;
  /** Share of the time in which the slowest part of the driver was busy. */
  driverShare: number;
  /** That part. */
  slowest: string;
  /** Trials lost more often than they are started again. */
  failed: number;
}

/** Shares of the driver's time that reports may take: they are merged where they come too fast. */
const MOST_REPORTING = 0.99;

/** Seconds between two reports of a trial, as driver.py has it. */
export const reportEvery = (workers: number) => Math.max(0.5, workers / 200);

/**
 * Simulates a sweep. The driver takes results in the order in which they come, and for each sends the
 * next trial to the worker that is free. The same scenario comes to the same numbers.
 */
export function simulate(scenario: Scenario): Simulated {
  const { trials, seconds, overhead } = scenario;
  const workers = Math.min(scenario.workers, trials);
  const { name, half, reporting } = slowestOf(scenario.driver, workers, scenario.workers);
  const losses = lossesOf(scenario);
  const doneAt = new Float64Array(workers).fill(Number.POSITIVE_INFINITY);
  const kept = new Float64Array(workers);
  let [sent, free, busy, trained, failed] = [0, 0, 0, 0, 0];

  const send = (worker: number) => {
    const training = seconds[sent++ % seconds.length];
    const attempts = losses(overhead + training);
    free += half;
    busy += half;
    doneAt[worker] = free + attempts.seconds;
    kept[worker] = attempts.succeeded ? training : 0;
    if (!attempts.succeeded) failed++;
  };
  for (let worker = 0; worker < workers; worker++) send(worker);
  for (let results = 0; results < trials; results++) {
    const worker = indexOfLeast(doneAt);
    free = Math.max(free, doneAt[worker]) + half;
    busy += half;
    trained += kept[worker];
    doneAt[worker] = Number.POSITIVE_INFINITY;
    if (sent < trials) send(worker);
  }
  return {
    makespan: free,
    trainingShare: trained / (scenario.workers * free),
    // While it works for a trial it takes reports too: that time is counted in `busy`.
    driverShare: busy / free + (1 - busy / free) * reporting,
    slowest: name,
    failed,
  };
}

/** The part that takes longest for half a trial, while reports take a share of its time. */
function slowestOf(parts: DriverPart[], running: number, workers: number) {
  const slowed = parts.map(({ name, result, report }) => {
    const reporting = Math.min((running * report) / reportEvery(workers), MOST_REPORTING);
    return { name, half: result / 2 / (1 - reporting), reporting };
  });
  return slowed.reduce((slowest, part) => (part.half > slowest.half ? part : slowest));
}

/** Time of a trial's attempts: those that were lost, exponentially distributed, and the last one. */
function lossesOf({ lossRate, recovery, retries }: Scenario) {
  const random = randomStream(1, 'losses');
  return (seconds: number): { seconds: number; succeeded: boolean } => {
    if (lossRate === 0) return { seconds, succeeded: true };
    let spent = 0;
    for (let attempt = 0; attempt <= retries; attempt++) {
      const lostAfter = -Math.log(1 - random.uniform()) / lossRate;
      if (lostAfter >= seconds) return { seconds: spent + seconds, succeeded: true };
      spent += lostAfter + recovery;
    }
    return { seconds: spent, succeeded: false };
  };
}

function indexOfLeast(values: Float64Array): number {
  let least = 0;
  for (let i = 1; i < values.length; i++) if (values[i] < values[least]) least = i;
  return least;
}
