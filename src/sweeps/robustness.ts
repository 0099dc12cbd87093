/**
 * How much a badly chosen hyperparameter hurts: Lookahead's claim that a small machine can test. An
 * inner optimizer alone and within Lookahead, over two decades of learning rates; and Lookahead over k
 * and α, as in the figures of its paper (Zhang et al. 2019, section 5.1 and appendix).
 */
import { EXPERIMENTS, experimentNamed } from '../experiments/config.js';
import { UsageError } from '../runtime/errors.js';
import type { Trial } from './engine.js';
import { planTrials, type SweepRequest } from './plan.js';
import type { Sweep } from './sweep-directory.js';

/** What is studied; the rest is the preset's. */
export type RobustnessRequest = Omit<
  SweepRequest,
  'optimizers' | 'grid' | 'ranges' | 'random' | 'searchSeed' | 'lr' | 'k' | 'alpha'
>;

/** One question, and the trials that answer it. */
export interface RobustnessStudy {
  title: string;
  trials: Trial[];
}

/** Lookahead's hyperparameters, as in the paper's figures. */
const GRID = { k: [5, 10, 20], alpha: [0.2, 0.5, 0.8] };

/**
 * Plans both studies. A trial that belongs to both has the same id in both.
 *
 * @throws UsageError for an experiment without such a study, and for what cannot be carried out.
 */
export function planRobustness(request: RobustnessRequest): RobustnessStudy[] {
  const { robustness, name } = experimentNamed(request.experiment);
  if (robustness === undefined) {
    throw new UsageError(
      `There is no study of robustness on ${name}: choose cifar10, cifar100 or ptb, or sweep what you want with lazyahead sweep.`,
    );
  }
  const { inner, lookahead, rates } = robustness;
  return [
    {
      title: `The learning rate: ${inner} alone and within Lookahead`,
      trials: planTrials({ ...request, optimizers: [inner, lookahead], grid: { lr: rates } }),
    },
    {
      title: `Lookahead's k and alpha: ${lookahead}`,
      trials: planTrials({ ...request, optimizers: [lookahead], grid: GRID }),
    },
  ];
}

/** The studies that a sweep's plan is, whoever planned it; null where it is another sweep. */
export function studiesIn({
  experiment,
  trials,
}: Pick<Sweep, 'experiment' | 'trials'>): RobustnessStudy[] | null {
  if (trials.length === 0 || EXPERIMENTS[experiment]?.robustness === undefined) return null;
  const { optimizer, seed, lr, k, alpha, ...shared } = trials[0].request;
  const seeds = [...new Set(trials.map(({ request }) => request.seed ?? 1))];
  const studies = plannedAgain({ ...shared, seeds });
  if (studies === null) return null;
  const planned = new Set(studies.flatMap((study) => study.trials.map(({ id }) => id)));
  const isIt = planned.size === trials.length && trials.every(({ id }) => planned.has(id));
  return isIt ? studies : null;
}

function plannedAgain(request: RobustnessRequest): RobustnessStudy[] | null {
  try {
    return planRobustness(request);
  } catch (error) {
    // A sweep may be older or newer than this program, and be of what it does not know.
    if (error instanceof UsageError) return null;
    throw error;
  }
}
