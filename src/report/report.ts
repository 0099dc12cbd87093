/** A report as one object, from which page, Markdown, text and JSON are made. */
import { EXPERIMENTS } from '../experiments/config.js';
import type { RunResult, RunSummary } from '../training/results.js';
import { readEnvironment } from '../training/run-files.js';
import { findRuns } from './find-runs.js';
import type { ReportContent, ReportSection } from './html.js';
import { type ReproductionTable, reproductionTable } from './reproduction.js';

/** What `lazyahead report --json` prints. */
export interface ReportJson {
  title: string;
  notes: string[];
  sections: (ReproductionTable & {
    title?: string;
    runs: (RunSummary & { directory: string })[];
  })[];
}

/**
 * The report on everything that was run in some folders.
 *
 * @throws UsageError for a path that is not there, or holds no finished run.
 */
export function reportOn(paths: string[], title?: string): ReportContent {
  const { runs, notes } = findRuns(paths);
  const names = [...new Set(runs.map(({ summary }) => summary.experiment))];
  const titles = names.map((name) => EXPERIMENTS[name]?.title ?? name);
  return {
    title: title ?? (titles.length === 1 ? titles[0] : `Runs of ${names.join(', ')}`),
    sections: sectionsOf(runs),
    environments: runs.map(({ directory }) => readEnvironment(directory)),
    notes,
  };
}

/** A section for each experiment, preset and data set. */
export function sectionsOf(runs: RunResult[]): ReportSection[] {
  const groups = new Map<string, RunResult[]>();
  for (const run of runs) {
    const { experiment, preset, dataset } = run.summary;
    const key = JSON.stringify([experiment, preset, dataset]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].map((each) => ({
    runs: each,
    reported: EXPERIMENTS[each[0].summary.experiment]?.reported ?? [],
  }));
}

/** A report as plain JSON: what the command line prints with `--json`. */
export function reportJson({ title, sections, notes = [] }: ReportContent): ReportJson {
  return {
    title,
    notes,
    sections: sections.map(({ title, runs, reported }) => ({
      ...(title !== undefined && { title }),
      ...reproductionTable(runs, reported),
      runs: runs.map(({ directory, summary }) => ({ directory, ...summary })),
    })),
  };
}
