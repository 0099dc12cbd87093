/** The report on a study of robustness: a section a question. */
import { EXPERIMENTS } from '../experiments/config.js';
import type { RobustnessStudy } from '../sweeps/robustness.js';
import type { Sweep } from '../sweeps/sweep-directory.js';
import { readEnvironment } from '../training/run-files.js';
import type { ReportContent, ReportSection } from './html.js';

/** What the studies have come to, finished or not. */
export function robustnessReport(studies: RobustnessStudy[], sweep: Sweep): ReportContent {
  const sections = studySections(studies, sweep);
  return {
    title: `${EXPERIMENTS[sweep.experiment].title}: robustness`,
    sections,
    environments: sections
      .flatMap((section) => section.runs)
      .map(({ directory }) => readEnvironment(directory)),
  };
}

/** A section a question. Reported figures stand in none: they are of other hyperparameters. */
export const studySections = (
  studies: RobustnessStudy[],
  { runs }: Pick<Sweep, 'runs'>,
): ReportSection[] =>
  studies
    .map(({ title, trials }) => ({
      title,
      runs: trials.flatMap(({ id }) => runs.get(id) ?? []),
      reported: [],
    }))
    .filter((section) => section.runs.length > 0);
