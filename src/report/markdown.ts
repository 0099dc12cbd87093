/** A report as Markdown, as GitHub shows it: the same bytes for the same runs. */
import { relative, sep } from 'node:path';
import { cellLabel, cellsOf, isSweep } from '../charts/cells.js';
import { METRICS } from '../experiments/metric.js';
import { RULE } from '../statistics/reproduced.js';
import { metricOf, type RunResult, resultOf } from '../training/results.js';
import { leadSentence, sectionTitle } from './captions.js';
import { sharedFacts } from './environment.js';
import {
  footnotes,
  formatCount,
  formatDuration,
  formatInterval,
  formatMark,
  formatSample,
  formatValue,
} from './format.js';
import type { ReportContent, ReportSection } from './html.js';
import { type ReproductionTable, reproductionTable } from './reproduction.js';
import { differenceLines, verdictLines } from './sentences.js';

/**
 * The report's Markdown.
 *
 * @param folder - where it will stand: runs are linked from there.
 */
export function reportMarkdown(content: ReportContent, folder: string): string {
  const { title, sections, environments, notes = [] } = content;
  const facts = sharedFacts(environments).map(([name, value]) => [name, value]);
  const seconds = sections.flatMap(({ runs }) => runs.map(({ summary }) => summary.seconds));
  const total = seconds.reduce((sum, each) => sum + each, 0);
  return `${[
    `# ${text(title)}`,
    `${seconds.length} ${seconds.length === 1 ? 'run' : 'runs'}, ${formatDuration(total)} of training in all, validation included.`,
    list(notes),
    ...sections.flatMap((section) => sectionMarkdown(section, folder)),
    '## What counts as reproduced',
    RULE,
    ...(facts.length > 0 ? ['## Environment', table(['', ''], facts)] : []),
  ]
    .filter((block) => block !== '')
    .join('\n\n')}\n`;
}

function sectionMarkdown({ runs, reported }: ReportSection, folder: string): string[] {
  const comparison = reproductionTable(runs, reported);
  const said = [...verdictLines(comparison), ...differenceLines(comparison)];
  const silent = comparison.incomparable && comparison.rows.some((row) => row.reported !== null);
  const sources = footnotes(comparison.rows).sources.map(
    ({ source, mark }, i) => `${i + 1}. ${text(source)}; ${formatMark(mark)}`,
  );
  return [
    `## ${text(sectionTitle(comparison))}`,
    text(leadSentence(comparison)),
    list(comparison.notes),
    comparisonMarkdown(comparison),
    isSweep(comparison.rows) ? '' : sources.join('\n'),
    list(said),
    silent ? `Nothing is called reproduced or not here: ${comparison.incomparable}.` : '',
    `<details>\n<summary>Every run</summary>\n\n${runsMarkdown(runs, folder)}\n\n</details>`,
  ];
}

function comparisonMarkdown(comparison: ReproductionTable): string {
  const metric = METRICS[comparison.metric];
  const notes = footnotes(comparison.rows);
  const hasTest = comparison.rows.some((row) => row.reproduced?.test !== undefined);
  const hasReported = !isSweep(comparison.rows);
  const header = [
    ...['Optimizer', ...(hasReported ? ['Reported'] : [])],
    ...[`Best epoch’s validation ${metric.name}`, '95 % interval'],
    ...['Last epoch', ...(hasTest ? ['Test'] : []), 'Seeds', 'Time a run'],
  ];
  const rows = comparison.rows.map(({ optimizer, parameters, reported, reproduced }) => [
    cellLabel(optimizer, parameters),
    ...(hasReported ? [reported ? `${reported.text} [${notes.numberOf(reported)}]` : '–'] : []),
    reproduced ? formatSample(metric, reproduced.best) : 'no completed run',
    formatInterval(metric, reproduced?.best.confidence ?? null),
    reproduced ? formatSample(metric, reproduced.final) : '–',
    ...(hasTest ? [reproduced?.test ? formatSample(metric, reproduced.test) : '–'] : []),
    String(reproduced?.seeds.length ?? 0),
    reproduced ? formatDuration(reproduced.seconds) : '–',
  ]);
  return table(header, rows);
}

function runsMarkdown(runs: RunResult[], folder: string): string {
  const metric = metricOf(runs[0].summary);
  const header = ['Run', 'Seed', `Best ${metric.name}`, 'Last', 'Steps', 'Time', 'Weights'];
  const rows = cellsOf(runs).flatMap(({ optimizer, parameters, runs: own }) =>
    own.map(({ directory, summary }) => {
      const { best, final } = resultOf(summary);
      const path = relative(folder, directory).split(sep).map(encodeURIComponent).join('/');
      return {
        link: `${path}/summary.json`,
        cells: [
          cellLabel(optimizer, parameters),
          String(summary.seed),
          formatValue(metric, best),
          formatValue(metric, final),
          formatCount(summary.steps),
          formatDuration(summary.seconds),
          summary.weightsSha256.slice(0, 12),
        ],
      };
    }),
  );
  return table(
    header,
    rows.map(({ cells }) => cells),
    (row) => rows[row].link,
  );
}

/** A table, the first column to the left, its texts linked where `link` says to where. */
function table(header: string[], rows: string[][], link?: (row: number) => string): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const marks = header.map((_, i) => (i === 0 ? '---' : '---:'));
  const body = rows.map((cells, row) => {
    const [first, ...others] = cells.map(text);
    return line([link ? `[${first}](${link(row)})` : first, ...others]);
  });
  return [line(header.map(text)), line(marks), ...body].join('\n');
}

const list = (items: string[]) => items.map((item) => `- ${text(item)}`).join('\n');

/** Text as it stands: nothing in it becomes markup. */
const text = (plain: string) =>
  plain.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|#&]/g, (character) => `\\${character}`);
