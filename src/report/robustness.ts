/** The report on a study of robustness: a section a question. */
import { EXPERIMENTS } from '../experiments/config.js';
import type { Study } from '../sweeps/robustness.js';
import type { Sweep } from '../sweeps/sweep-directory.js';
import { readEnvironment } from '../training/run-files.js';
import type { ReportContent } from './html.js';

/**
 * What the studies have come to, finished or not. Reported figures stand in none of its tables: they
 * are of other hyperparameters.
 */
export function robustnessReport(studies: Study[], { experiment, runs }: Sweep): ReportContent {
  const sections = studies
    .map(({ title, trials }) => ({
      title,
      runs: trials.flatMap(({ id }) => runs.get(id) ?? []),
      reported: [],
    }))
    .filter((section) => section.runs.length > 0);
  return {
    title: `${EXPERIMENTS[experiment].title}: robustness`,
    sections,
    environments: sections
      .flatMap((section) => section.runs)
      .map(({ directory }) => readEnvironment(directory)),
  };
}
