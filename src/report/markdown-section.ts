/** A section of a Markdown report. */
import { posix } from 'node:path';
import { cellLabel, cellsOf, isSweep } from '../charts/cells.js';
import { optimizerStyle } from '../charts/figure.js';
import { overridesNote } from '../charts/overrides.js';
import { METRICS } from '../experiments/metric.js';
import { metricOf, type RunResult, type RunSummary, resultOf } from '../training/results.js';
import { headline, leadSentence, sectionTitle } from './captions.js';
import type { Fact } from './environment.js';
import {
  formatConfidence,
  formatCount,
  formatDuration,
  formatMark,
  formatSample,
  formatSeeds,
  formatValue,
} from './format.js';
import type { ReportSection } from './html.js';
import { chartsOf } from './markdown-charts.js';
import { code, command, linkTo, list, pathFrom, table, text } from './markdown-text.js';
import { isChosenOnTest, type ReproductionTable, reproductionTable } from './reproduction.js';
import { differenceLines, sourcesIn, togetherLines, verdictLines } from './sentences.js';

/** What a section is called, with what distinguishes it from others of its preset. */
export function headingOf(section: ReportSection): string {
  const comparison = reproductionTable(section.runs, section.reported);
  const changed = overridesNote(section.runs.map(({ summary }) => summary));
  const title = [
    sectionTitle(comparison),
    ...(changed ? [changed.replace('not the preset: ', '')] : []),
  ].join(', ');
  return section.title ? `${title} – ${section.title}` : title;
}

/**
 * Its blocks.
 *
 * @param folder - where the report will stand: runs and charts are linked from there.
 */
export function sectionMarkdown(section: ReportSection, folder: string): string[] {
  const { runs, reported, notes, facts = [], environment = [] } = section;
  const comparison = reproductionTable(runs, reported, notes);
  const said = [
    ...verdictLines(comparison),
    ...differenceLines(comparison),
    ...togetherLines(comparison),
  ];
  const silent = comparison.incomparable && comparison.rows.some((row) => row.reported !== null);
  const sources = sourcesIn(comparison).sources.map(
    ({ source, mark }, i) => `${i + 1}. ${text(source)}; ${formatMark(mark)}`,
  );
  return [
    `## ${text(headingOf(section))}`,
    text(leadSentence(comparison)),
    list([...comparison.notes, ...onTestNote(runs[0].summary)].map(text)),
    ...gridsMarkdown(comparison),
    comparisonMarkdown(comparison),
    settingsMarkdown(comparison),
    isSweep(comparison.rows) ? '' : sources.join('\n'),
    list(said.map(text)),
    silent ? text(`Nothing is called reproduced or not here: ${comparison.incomparable}.`) : '',
    ...chartsOf(section).flatMap(({ file, alt, caption }) => [
      `![${text(alt)}](${linkTo(file)})`,
      text(caption),
    ]),
    list(facts.map(([name, value]) => text(`${name}: ${value}`))),
    details('Every run, and the command that repeats it', runsMarkdown(runs, folder)),
    environment.length > 0 ? details('Environment', factsMarkdown(environment)) : '',
  ];
}

/** Names and their values. */
export const factsMarkdown = (facts: Fact[]): string =>
  table(
    ['', ''],
    facts.map((fact) => fact.map(text)),
  );

const details = (summary: string, content: string): string =>
  `<details>\n<summary>${summary}</summary>\n\n${content}\n\n</details>`;

function comparisonMarkdown(comparison: ReproductionTable): string {
  const metric = METRICS[comparison.metric];
  const notes = sourcesIn(comparison);
  const hasTest = comparison.judgedOn === 'test';
  // What is said of one setting, and of the whole preset, is not said of a sweep's cells.
  const hasReported =
    !isSweep(comparison.rows) && comparison.rows.some(({ reported }) => reported !== null);
  const hasVerdicts = hasReported && comparison.incomparable === null;
  const validation = `Best epoch’s validation ${metric.name}`;
  const test = `Test ${metric.name} at that epoch`;
  const header = [
    'Optimizer',
    ...(hasReported ? ['Reported'] : []),
    ...[validation, '95 % interval', ...(hasTest ? [test, '95 % interval'] : [])],
    ...[
      hasTest ? 'Last epoch, validation' : 'Last epoch',
      'Seeds',
      ...(hasVerdicts ? ['Verdict'] : []),
      'Time per run',
    ],
  ];
  const rows = comparison.rows.map(({ optimizer, parameters, reported, reproduced, verdict }) => [
    text(cellLabel(optimizer, parameters)),
    ...(hasReported
      ? [reported ? text(`${reported.text} [${notes.numberOf(reported)}]`) : '–']
      : []),
    reproduced ? formatSample(metric, reproduced.best) : 'no completed run',
    formatConfidence(metric, reproduced?.best),
    ...(hasTest
      ? [
          reproduced?.test ? `**${formatSample(metric, reproduced.test)}**` : '–',
          formatConfidence(metric, reproduced?.test),
        ]
      : []),
    reproduced ? formatSample(metric, reproduced.final) : '–',
    String(reproduced?.seeds.length ?? 0),
    ...(hasVerdicts ? [verdict ?? '–'] : []),
    reproduced ? formatDuration(reproduced.seconds) : '–',
  ]);
  return table(header, rows);
}

/** That the best epoch is chosen on what it is then judged by. */
const onTestNote = (summary: RunSummary): string[] =>
  isChosenOnTest(summary)
    ? [
        'best on test: the validation data are the test data, and the best epoch is chosen on them, which flatters every optimizer',
      ]
    : [];

/** What an optimizer's name stands for; a spec speaks for itself. */
function settingsMarkdown({ rows }: ReproductionTable): string {
  if (isSweep(rows)) return '';
  const named = rows.filter(({ optimizer, spec }) => spec !== null && spec !== optimizer);
  return list(
    named.map(({ optimizer, spec }) => `${text(optimizerStyle(optimizer).label)}: ${code(spec!)}`),
  );
}

/** Of two hyperparameters, one against the other, a table an optimizer. */
function gridsMarkdown(comparison: ReproductionTable): string[] {
  const names = [...new Set(comparison.rows.flatMap(({ parameters }) => Object.keys(parameters)))];
  if (names.length !== 2) return [];
  const [y, x] = names;
  const metric = METRICS[comparison.metric];
  const optimizers = [...new Set(comparison.rows.map(({ optimizer }) => optimizer))];
  return optimizers.flatMap((optimizer) => {
    const cells = comparison.rows.filter(
      ({ optimizer: own, parameters }) => own === optimizer && x in parameters && y in parameters,
    );
    const values = (name: string) => [...new Set(cells.map(({ parameters }) => parameters[name]))];
    const [xs, ys] = [values(x), values(y)];
    if (cells.length === 0 || cells.length !== xs.length * ys.length) return [];
    const rows = ys.map((down) => [
      text(`${y} ${down}`),
      ...xs.map((across) => {
        const cell = cells.find((c) => c.parameters[x] === across && c.parameters[y] === down);
        return cell?.reproduced ? formatSample(metric, headline(comparison, cell.reproduced)) : '–';
      }),
    ]);
    const seeds = cells.map(({ reproduced }) => reproduced?.seeds.length ?? 0);
    return [
      text(gridCaption(comparison, Math.min(...seeds), Math.max(...seeds))),
      table([text(optimizerStyle(optimizer).label), ...xs.map((v) => text(`${x} ${v}`))], rows),
    ];
  });
}

/** What a grid's figures are. */
function gridCaption({ metric, judgedOn }: ReproductionTable, fewest: number, most: number) {
  const { name, better } = METRICS[metric];
  const what = judgedOn === 'test' ? `Test ${name} at the best epoch` : `Best validation ${name}`;
  const seeds = fewest === most ? formatSeeds(most) : `${fewest} to ${formatSeeds(most)}`;
  return `${what}, mean ± standard deviation over ${seeds}; ${better} is better:`;
}

function runsMarkdown(runs: RunResult[], folder: string): string {
  const metric = metricOf(runs[0].summary);
  const hasTest = runs.some(({ summary }) => resultOf(summary).test !== null);
  const header = [
    ...['Run', 'Seed', `Best ${metric.name}`, 'Last', ...(hasTest ? ['Test'] : [])],
    ...['Steps', 'Time', 'Weights', 'Again'],
  ];
  const rows = cellsOf(runs).flatMap(({ optimizer, parameters, runs: own }) =>
    own.map(({ directory, summary }) => {
      const { best, final, test } = resultOf(summary);
      const name = text(cellLabel(optimizer, parameters));
      return [
        `[${name}](${linkTo(posix.join(pathFrom(folder, directory), 'summary.json'))})`,
        String(summary.seed),
        formatValue(metric, best),
        formatValue(metric, final),
        ...(hasTest ? [formatValue(metric, test)] : []),
        formatCount(summary.steps),
        formatDuration(summary.seconds),
        summary.weightsSha256.slice(0, 12),
        command(['runs', 'rerun'], [directory]),
      ];
    }),
  );
  return table(header, rows);
}
