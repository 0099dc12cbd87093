/** A report as one object, from which page, Markdown, text and JSON are made. */
import { datasetLabel } from '../charts/figure.js';
import { EXPERIMENTS, protocolOf } from '../experiments/config.js';
import { studiesIn } from '../sweeps/robustness.js';
import type { RunResult, RunSummary } from '../training/results.js';
import { readEnvironment } from '../training/run-files.js';
import { sharedFacts } from './environment.js';
import { dataFact, processorFact, timeFact } from './facts.js';
import { findGroups, findRuns, type Group } from './find-runs.js';
import type { ReportContent, ReportSection } from './html.js';
import { headingOf } from './markdown-section.js';
import { byWeight } from './order.js';
import { type ReproductionTable, reproductionTable } from './reproduction.js';
import { studySections } from './robustness.js';

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
 * The report on everything that was run in some folders. In one folder each sweep, and each folder of
 * runs, has sections of its own; of several, runs of one kind stand in one table, wherever they are.
 *
 * @throws UsageError for a path that is not there, or holds no finished run.
 */
export function reportOn(paths: string[], title?: string): ReportContent {
  const { sections, notes } =
    paths.length === 1 ? groupedSections(findGroups(paths[0])) : mergedSections(paths);
  const runs = sections.flatMap((section) => section.runs);
  const names = [...new Set(runs.map(({ summary }) => summary.experiment))];
  const datasets = [...new Set(runs.map(({ summary }) => datasetLabel(summary.dataset)))];
  const titles = names.map((name) => EXPERIMENTS[name]?.title ?? name);
  return {
    title: title ?? (titles.length === 1 ? titles[0] : `Results: ${datasets.join(', ')}`),
    paths,
    sections,
    environments: runs.map(({ directory }) => readEnvironment(directory)),
    notes,
  };
}

type Sections = Required<Pick<ReportContent, 'sections' | 'notes'>>;

function mergedSections(paths: string[]): Sections {
  const { runs, notes } = findRuns(paths);
  return { sections: sectionsOf(runs).map(withFacts), notes };
}

function groupedSections(groups: Group[]): Sections {
  const each = groups.map((group) => ({ group, sections: sectionsIn(group) }));
  const weighed = each.flatMap(({ sections }) =>
    sections.map((section) => {
      // The questions of one study stay together, in its own order.
      const { runs } = section.title === undefined ? section : sections[0];
      return { section, by: runs[0].summary };
    }),
  );
  return {
    sections: distinguished(
      distinctlyNamed(weighed.sort((a, b) => byWeight(a.by, b.by)).map(({ section }) => section)),
    ),
    // What belongs to one section stands there.
    notes: each.flatMap(({ group, sections }) => (sections.length === 1 ? [] : group.notes)),
  };
}

/** Each with a name of its own, by which its charts' files are called. */
function distinctlyNamed(sections: ReportSection[]): ReportSection[] {
  const taken = new Set<string>();
  return sections.map((section) => {
    let name = section.name;
    for (let i = 2; name !== undefined && taken.has(name); i++) name = `${section.name}-${i}`;
    if (name !== undefined) taken.add(name);
    return { ...section, name };
  });
}

/** With their folder's name where an earlier section is called the same. */
function distinguished(sections: ReportSection[]): ReportSection[] {
  const headings = sections.map(headingOf);
  return sections.map((section, i) =>
    headings.indexOf(headings[i]) < i && section.title === undefined
      ? { ...section, title: section.name }
      : section,
  );
}

/** The sections of a folder; of a study of robustness each question is one. */
function sectionsIn({ name, runs, notes, sweep }: Group): ReportSection[] {
  const studies = sweep === undefined ? null : studiesIn(sweep);
  const sections = studies === null ? sectionsOf(runs) : studySections(studies, sweep!);
  return sections.map((section, i) => ({
    ...withFacts(section),
    name: [name.replaceAll('/', '-') || 'runs', ...(i > 0 ? [String(i + 1)] : [])].join('-'),
    ...(sections.length === 1 && { notes }),
  }));
}

function withFacts(section: ReportSection): ReportSection {
  const { runs } = section;
  const environments = runs.map(({ directory }) => readEnvironment(directory));
  return {
    ...section,
    facts: [timeFact(runs), ...processorFact(runs, environments), ...dataFact(runs)],
    environment: sharedFacts(environments),
  };
}

/** A section for each experiment, preset, data set and protocol. */
export function sectionsOf(runs: RunResult[]): ReportSection[] {
  const groups = new Map<string, RunResult[]>();
  for (const run of runs) {
    const { experiment, preset, dataset } = run.summary;
    const key = JSON.stringify([experiment, preset, dataset, protocolOf(run.summary)]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].map((each) => ({
    runs: each,
    reported: reportedFor(each[0].summary),
  }));
}

/** The published figures that runs can stand beside: all are of experiments' own protocols. */
const reportedFor = ({ experiment, protocol }: RunSummary) =>
  protocol === undefined ? (EXPERIMENTS[experiment]?.reported ?? []) : [];

/** A report as plain JSON: what the command line prints with `--json`. */
export function reportJson({ title, sections, notes = [] }: ReportContent): ReportJson {
  return {
    title,
    notes,
    sections: sections.map(({ title, runs, reported, notes }) => ({
      ...(title !== undefined && { title }),
      ...reproductionTable(runs, reported, notes),
      runs: runs.map(({ directory, summary }) => ({ directory, ...summary })),
    })),
  };
}
