/** Learning rates as functions of the step. */
import { isLearningRate } from './learning-rate.js';

/** What a schedule is made of, and made of again by {@link scheduleFromConfig}. */
export interface ScheduleConfig {
  /** The function that makes it, e.g. `cosineDecay`. */
  name: string;
  /** Its arguments by name. */
  [argument: string]: string | number | number[] | ScheduleConfig;
}

/**
 * The learning rate of a step; the first step is step 0. Any function of this shape will do.
 *
 * It may be asked for any step, in any order, more than once.
 */
export interface Schedule {
  (step: number): number;
  /** What it was made of; a function written by hand has none and cannot be saved. */
  readonly config?: ScheduleConfig;
}

/** The same rate at every step. @throws RangeError when `rate` is no finite number ≥ 0. */
export function constantRate(rate: number): Schedule {
  checkRate('rate', rate);
  return described({ name: 'constantRate', rate }, () => rate);
}

/**
 * initial · γ^⌊step / every⌋: the rate times γ after every so many steps.
 *
 * @param initial - the rate before the first change, ≥ 0.
 * @param options - when, and by how much:
 * @param options.every - number of steps, an integer ≥ 1.
 * @param options.gamma - factor > 0. Default 0.1.
 * @throws RangeError when an argument is out of range.
 * @example
 * stepDecay(0.1, { every: 1000, gamma: 0.5 }); // 0.1 in steps 0 to 999, then 0.05, …
 */
export function stepDecay(
  initial: number,
  { every, gamma = 0.1 }: { every: number; gamma?: number },
): Schedule {
  checkRate('initial', initial);
  checkCount('every', every);
  checkFactor(gamma);
  return described(
    { name: 'stepDecay', initial, every, gamma },
    (step) => initial * gamma ** Math.floor(step / every),
  );
}

/**
 * initial · γ^n, with n the number of milestones reached: the rate times γ from each of them on.
 *
 * @param initial - the rate before the first change, ≥ 0.
 * @param options - when, and by how much:
 * @param options.milestones - the first steps at a lower rate, integers ≥ 1 in rising order.
 * @param options.gamma - factor > 0. Default 0.1.
 * @throws RangeError when an argument is out of range.
 * @example
 * multiStepDecay(0.1, { milestones: [32000, 48000] }); // the ResNets on CIFAR-10, arXiv 1512.03385
 */
export function multiStepDecay(
  initial: number,
  { milestones, gamma = 0.1 }: { milestones: number[]; gamma?: number },
): Schedule {
  checkRate('initial', initial);
  checkFactor(gamma);
  const rising = (step: number, i: number, all: number[]) =>
    Number.isInteger(step) && step > (all[i - 1] ?? 0);
  if (!Array.isArray(milestones) || milestones.length === 0 || !milestones.every(rising)) {
    throw new RangeError(
      `milestones is a list of steps, integers of at least 1 in rising order, not [${milestones}].`,
    );
  }
  const steps = [...milestones];
  return described(
    { name: 'multiStepDecay', initial, milestones: steps, gamma },
    (step) => initial * gamma ** steps.filter((milestone) => step >= milestone).length,
  );
}

/**
 * initial · γ^step: the rate times γ after each step.
 *
 * @param initial - the rate of step 0, ≥ 0.
 * @param options - by how much:
 * @param options.gamma - factor > 0.
 * @throws RangeError when an argument is out of range.
 */
export function exponentialDecay(initial: number, { gamma }: { gamma: number }): Schedule {
  checkRate('initial', initial);
  checkFactor(gamma);
  return described({ name: 'exponentialDecay', initial, gamma }, (step) => initial * gamma ** step);
}

/**
 * Half a cosine from the initial rate down to the final one (Loshchilov & Hutter 2017, arXiv
 * 1608.03983, equation 5, without restarts):
 *
 *     final + (initial − final) (1 + cos(π step / steps)) / 2
 *
 * @param initial - the rate of step 0, ≥ 0.
 * @param options - when it ends, and where:
 * @param options.steps - the step from which on the rate is `final`, an integer ≥ 1: the number of
 *   steps of the training.
 * @param options.final - default 0.
 * @throws RangeError when an argument is out of range.
 */
export function cosineDecay(
  initial: number,
  { steps, final = 0 }: { steps: number; final?: number },
): Schedule {
  checkRate('initial', initial);
  checkCount('steps', steps);
  checkRate('final', final);
  return described({ name: 'cosineDecay', initial, steps, final }, (step) => {
    const cosine = Math.cos((Math.PI * Math.min(step, steps)) / steps);
    return final + ((initial - final) * (1 + cosine)) / 2;
  });
}

/**
 * Rises on a straight line to where another schedule begins, and then follows it from its step 0.
 * Step t < `steps` has the rate schedule(0) · (t + 1) / `steps`: the first one is not wasted on a
 * rate of 0, the last one has the full rate.
 *
 * @param steps - number of steps of the rise, an integer ≥ 1.
 * @param schedule - what follows the rise.
 * @throws RangeError when `steps` is out of range.
 * @throws TypeError when `schedule` is not a function.
 * @example
 * warmUp(1000, cosineDecay(1e-3, { steps: 9000 })); // 10,000 steps in all
 */
export function warmUp(steps: number, schedule: Schedule): Schedule {
  checkCount('steps', steps);
  requireSchedule(schedule);
  const rate: Schedule = (step) =>
    step < steps ? (schedule(0) * (step + 1)) / steps : schedule(step - steps);
  return schedule.config === undefined
    ? rate
    : described({ name: 'warmUp', steps, schedule: schedule.config }, rate);
}

/** A configuration's arguments; what makes a schedule of them checks them. */
// biome-ignore lint/suspicious/noExplicitAny: the makers' parameters have as many types as names.
type Arguments = any;

const MAKERS: Record<string, (config: Arguments) => Schedule> = {
  constantRate: ({ rate }) => constantRate(rate),
  stepDecay: ({ initial, ...options }) => stepDecay(initial, options),
  multiStepDecay: ({ initial, ...options }) => multiStepDecay(initial, options),
  exponentialDecay: ({ initial, ...options }) => exponentialDecay(initial, options),
  cosineDecay: ({ initial, ...options }) => cosineDecay(initial, options),
  warmUp: ({ steps, schedule }) => warmUp(steps, scheduleFromConfig(schedule)),
};

/**
 * Makes a schedule again.
 *
 * @param config - the `config` of a schedule that a function of this file made.
 * @throws RangeError when it names no such function, or an argument is out of range.
 */
export function scheduleFromConfig(config: ScheduleConfig): Schedule {
  const name = String(config?.name);
  if (!Object.hasOwn(MAKERS, name)) {
    throw new RangeError(
      `There is no schedule named "${name}", only ${Object.keys(MAKERS).join(', ')}.`,
    );
  }
  return MAKERS[name](config);
}

/**
 * A schedule's rate at a step, checked.
 *
 * @throws RangeError when it is not a finite number ≥ 0.
 */
export function rateAt(schedule: Schedule, step: number): number {
  const rate = schedule(step);
  if (!isLearningRate(rate)) {
    throw new RangeError(
      `The schedule gives ${rate} for step ${step}: a learning rate is a finite number of at least 0.`,
    );
  }
  return rate;
}

/** @throws TypeError when a value is no function. */
export function requireSchedule(schedule: unknown): asserts schedule is Schedule {
  if (typeof schedule !== 'function') {
    throw new TypeError(
      `A schedule is a function from the step to the learning rate, such as cosineDecay(1e-3, { steps: 1000 }), not ${String(schedule)}.`,
    );
  }
}

const described = (config: ScheduleConfig, rate: (step: number) => number): Schedule =>
  Object.assign(rate, { config });

function checkRate(name: string, value: number): void {
  if (!isLearningRate(value)) {
    throw new RangeError(
      `${name} is a learning rate, a finite number of at least 0, not ${value}.`,
    );
  }
}

function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`${name} is a number of steps, an integer of at least 1, not ${value}.`);
  }
}

function checkFactor(gamma: number): void {
  if (!(Number.isFinite(gamma) && gamma > 0)) {
    throw new RangeError(`gamma is the factor of the rate, a finite number above 0, not ${gamma}.`);
  }
}
