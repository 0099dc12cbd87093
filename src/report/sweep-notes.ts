/** What is to be said of a sweep, beside its runs. */
import { runLabel, variedOf } from '../charts/cells.js';
import { overridesOf, resolveConfig } from '../experiments/config.js';
import { UsageError } from '../runtime/errors.js';
import type { Trial } from '../sweeps/engine.js';
import type { SearchRecord } from '../sweeps/search-plan.js';
import type { Sweep } from '../sweeps/sweep-directory.js';

/**
 * `unfinished: 7 of 25 runs of imdb-full have ended (adam 2 of 5, lazy-adam 2 of 5)`, and which have
 * failed.
 *
 * @param name - what the sweep's folder is called.
 */
export function sweepNotes(sweep: Sweep, name: string): string[] {
  const { trials, runs, stopped, search } = sweep;
  const optimizers = [...new Set(trials.map(({ request }) => request.optimizer))];
  const each = optimizers.map((optimizer) => {
    const own = trials.filter(({ request }) => request.optimizer === optimizer);
    return `${optimizer} ${own.filter(({ id }) => runs.has(id)).length} of ${own.length}`;
  });
  return [
    ...searchNotes(stopped.size, search),
    ...(runs.size + stopped.size < trials.length
      ? [
          `unfinished: ${runs.size} of ${trials.length} runs of ${name} have ended (${each.join(', ')})`,
        ]
      : []),
    ...failedNotes(sweep),
  ];
}

/** `importance for the result, by Optuna (PED-ANOVA): lr 0.83, k 0.17`, and how many it ended early. */
function searchNotes(stopped: number, search: SearchRecord | undefined): string[] {
  if (search === undefined) return [];
  const shares = Object.entries(search.importance ?? {}).sort(([, a], [, b]) => b - a);
  return [
    ...(shares.length > 0
      ? [
          `importance for the result, by Optuna (PED-ANOVA): ${shares
            .map(([name, share]) => `${name} ${share.toFixed(2)}`)
            .join(', ')}`,
        ]
      : []),
    ...(stopped > 0 ? [`ended early as hopeless, and in no table: ${stopped} of the trials`] : []),
  ];
}

/** `failed: sgd, batchSize 64, seed 1 (The disk is full.)`: with all in which the trials differ. */
function failedNotes({ trials, failures }: Sweep): string[] {
  const parameters = variedOf(trials.map(decidedBy));
  return trials.flatMap(({ id, request: { optimizer, seed = 1 } }, i) =>
    id in failures
      ? [`failed: ${runLabel({ optimizer, parameters: parameters[i], seed })} (${failures[id]})`]
      : [],
  );
}

/** What decides a trial, in the words of a run's summary. */
function decidedBy({ request, parameters }: Trial) {
  const { experiment, optimizer, preset = 'quick' } = request;
  try {
    const config = resolveConfig(request);
    return { experiment, optimizer, preset: config.preset, overrides: overridesOf(config) };
  } catch (error) {
    // A sweep may be older or newer than this program, and be of what it does not know.
    if (error instanceof UsageError)
      return { experiment, optimizer, preset, overrides: parameters };
    throw error;
  }
}
