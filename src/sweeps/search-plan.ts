/** What a search is asked for, and how it is noted in the sweep's directory. */
import { join, resolve } from 'node:path';
import { experimentNamed, type RunRequest } from '../experiments/config.js';
import type { Hyperparameters, HyperparameterValue } from '../experiments/experiment.js';
import { METRICS } from '../experiments/metric.js';
import { UsageError } from '../runtime/errors.js';
import type { Trial } from './engine.js';
import type { HyperparameterDistribution, Pruner, Search, StudyRequest } from './optuna/study.js';
import { checkSpace, isWhole, trialAtPoint } from './plan.js';
import { roundedWithin, type Space } from './space.js';

/** What to search. */
export interface SearchRequest {
  /** What all trials share; its optimizer is the first of `optimizers`. */
  request: RunRequest;
  /** More than one are a choice like the others. */
  optimizers: string[];
  space: Space;
  search: Search;
  prune: Pruner;
  /** How many, those that are ended early or fail among them. */
  trials: number;
  /** A database's address; without one it is a file in the sweep's directory. */
  storage?: string;
  /** Decides what is drawn first. */
  seed: number;
}

/** A search as the directory keeps it. */
export interface SearchRecord extends SearchRequest {
  /** The study's name in the storage. */
  study: string;
  /** Trials of the study that have come to an end, those among them that repeat another. */
  done?: number;
  /** How much each hyperparameter matters for the result; they sum to 1. */
  importance?: Record<string, number>;
}

/**
 * Checks a search before its first trial: names, ranges, and each value at its ends.
 *
 * @returns a trial of each optimizer.
 * @throws UsageError for a request that cannot be carried out.
 */
export function checkSearch(asked: SearchRequest): Trial[] {
  const { request, optimizers, space, trials } = asked;
  checkSpace(space, 1, experimentNamed(request.experiment));
  if (optimizers.length < 2 && Object.keys({ ...space.grid, ...space.ranges }).length === 0) {
    throw new UsageError(
      'A search needs something to choose: --grid, --range or --log-range, or several --optimizers.',
    );
  }
  if (!(Number.isSafeInteger(trials) && trials > 0)) {
    throw new UsageError(`--trials is a whole number of trials from 1, not ${trials}.`);
  }
  if (optimizers.length === 0) {
    throw new UsageError('The list of optimizers is empty: name one or more, or leave it out.');
  }
  const values = [
    ...Object.entries(space.grid),
    ...Object.entries(space.ranges).map(([name, { from, to }]): [string, HyperparameterValue[]] => [
      name,
      [from, to],
    ]),
  ];
  // What is right at both ends of a range is right between them.
  const first = Object.fromEntries(values.map(([name, [value]]) => [name, value]));
  return optimizers.map((optimizer) => {
    const at = (point: Hyperparameters) =>
      trialAtPoint({ ...request, optimizer }, point, optimizers);
    for (const [name, all] of values) for (const value of all) at({ ...first, [name]: value });
    return at(first);
  });
}

/** A database's address without passwords: what is kept, and shown. */
export function withoutPassword(storage: string): string {
  // As SQLAlchemy reads it; also a password with an @ in it, which should be %40, is one.
  const plain = storage.replace(/^([\w+.-]+:\/\/[^:/]*):[^@]*@([^/?@]*@)*/, '$1@');
  const [address, ...query] = plain.split('?');
  const kept = query
    .join('?')
    .split('&')
    .filter((each) => each !== '' && !SECRET.test(each));
  return kept.length === 0 ? address : `${address}?${kept.join('&')}`;
}

/** Parameters of an address that hold passwords, as drivers call them: `sslpassword`, `PWD`. */
const SECRET = /^[^=]*(password|passwd|pwd)=/i;

/** The study that chooses a search's trials. @param directory - the sweep's. */
export function studyOf(record: SearchRecord, directory: string): StudyRequest {
  const { request, optimizers, space, search, prune, seed, study } = record;
  const { storage = `sqlite:///${join(resolve(directory), 'study.db')}` } = record;
  const experiment = experimentNamed(request.experiment);
  const choices: Record<string, HyperparameterDistribution> = {};
  if (optimizers.length > 1) choices.optimizer = { values: optimizers };
  for (const [name, values] of Object.entries(space.grid)) choices[name] = { values };
  for (const [name, range] of Object.entries(space.ranges)) {
    choices[name] = { ...range, whole: isWhole(name, experiment) };
  }
  const direction = METRICS[experiment.metric].better === 'higher' ? 'maximize' : 'minimize';
  const shown = withoutPassword(storage);
  return { name: study, storage, shown, direction, search, prune, seed, space: choices };
}

/** The sweep's trial at a point of the study, whose fractions are rounded as a random search's are. */
export function trialAt(
  { request, optimizers, space }: SearchRequest,
  point: Hyperparameters,
): Trial {
  const experiment = experimentNamed(request.experiment);
  const rounded = Object.entries(point).map(([name, value]): [string, HyperparameterValue] => {
    const range = space.ranges[name];
    return [
      name,
      range && !isWhole(name, experiment) ? roundedWithin(range, Number(value)) : value,
    ];
  });
  const { optimizer = optimizers[0], ...parameters } = Object.fromEntries(rounded);
  return trialAtPoint({ ...request, optimizer: String(optimizer) }, parameters, optimizers);
}
