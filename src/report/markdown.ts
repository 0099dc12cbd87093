/** A report as Markdown, as GitHub shows it: the same bytes for the same runs. */
import { RULE } from '../statistics/reproduced.js';
import { type Answer, answersOf } from './answers.js';
import { sharedFacts } from './environment.js';
import { formatDuration } from './format.js';
import type { ReportContent, ReportSection } from './html.js';
import { factsMarkdown, headingOf, sectionMarkdown } from './markdown-section.js';
import { command, list, text } from './markdown-text.js';
import { reproductionTable } from './reproduction.js';

/**
 * The report's Markdown.
 *
 * @param folder - where it will stand: runs and charts are linked from there.
 */
export function reportMarkdown(content: ReportContent, folder: string): string {
  const { title, sections, environments, paths = [], notes = [] } = content;
  // A run that belongs to two questions was made once.
  const runs = sections.flatMap((section) => section.runs);
  const each = new Set(runs);
  const total = [...each].reduce((sum, { summary }) => sum + summary.seconds, 0);
  // Where sections have their own, all of them together would tell nothing.
  const facts = sections.some((section) => section.environment) ? [] : sharedFacts(environments);
  return `${[
    `# ${text(title)}`,
    `${each.size} ${each.size === 1 ? 'run' : 'runs'}, ${formatDuration(total)} ${OF_TRAINING}`,
    list(notes.filter((note) => !isUnfinished(note)).map(text)),
    '## In short',
    list([{ notes }, ...sections].flatMap(unfinishedIn).map(text)),
    ...shortMarkdown(sections),
    ...sections.flatMap((section) => sectionMarkdown(section, folder)),
    '## What counts as reproduced',
    RULE,
    '## How to check it',
    howMarkdown(paths),
    ...(facts.length > 0 ? ['## Environment', factsMarkdown(facts)] : []),
  ]
    .filter((block) => block !== '')
    .join('\n\n')}\n`;
}

const OF_TRAINING = 'of training in all, validation included.';

/** Whether a page was written by {@link reportMarkdown}: as it begins, should it be cut short too. */
export function isReport(page: string): boolean {
  const [heading, blank, runs = ''] = page.split(/\r?\n/);
  return heading.startsWith('# ') && blank === '' && runs.endsWith(OF_TRAINING);
}

const KINDS: [Answer['kind'], string][] = [
  ['reproduced', 'Reproduced'],
  ['not reproduced', 'Not reproduced'],
  ['found', 'Other findings'],
  ['open', 'Inconclusive at this scale'],
];

/** All sections' answers by kind; of a section that answers nothing its results, among what was found. */
function shortMarkdown(sections: ReportSection[]): string[] {
  const lines = sections.flatMap((section) => {
    const answers = answersOf(reproductionTable(section.runs, section.reported));
    const isMute = answers.every(({ kind }) => kind === 'lead');
    return answers.flatMap(({ kind, question, answer }) => {
      if (isMute) return [{ kind: 'found', line: text(answer) }];
      if (question === undefined) return [];
      return [{ kind, line: `${text(headingOf(section))}: **${text(question)}** ${text(answer)}` }];
    });
  });
  return KINDS.map(([kind, heading]) => {
    const own = lines.filter((each) => each.kind === kind).map(({ line }) => line);
    return own.length === 0 ? '' : `### ${heading}\n\n${list(own)}`;
  });
}

const isUnfinished = (note: string) => note.startsWith('unfinished');

const unfinishedIn = ({ notes = [] }: Pick<ReportSection, 'notes'>): string[] =>
  notes.filter(isUnfinished);

function howMarkdown(paths: string[]): string {
  return [
    'Each table is made from the runs listed below it, and each of these links to its `summary.json`; beside that stand `config.json` with the data’s SHA-256, `environment.json` with all versions, and `metrics.jsonl` with every epoch.',
    'The command in a run’s row repeats it: on the same backend, native library, number of threads and kind of processor it comes to the same metrics and weights, bit for bit, and says whether it did. A processor with other vector instructions adds in another order, and the last bits of a sum then change all that follows.',
    `This page and its charts are written from those files alone, the same bytes each time, by ${command(['report'], paths, ['--md'])}.`,
  ].join(' ');
}
