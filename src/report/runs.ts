/** Runs as plain records and as text: a list, one in full, several beside one another. */
import { EXPERIMENTS } from '../experiments/config.js';
import { METRICS, type Metric } from '../experiments/metric.js';
import { shellCommand } from '../runtime/shell.js';
import { visibleText } from '../runtime/visible-text.js';
import type { ListedRun } from '../training/list-runs.js';
import { type EpochMetrics, resultIn, resultOf } from '../training/results.js';
import { readEnvironment, readProcesses } from '../training/run-files.js';
import { environmentFacts } from './environment.js';
import { formatDuration, formatValue } from './format.js';
import { gridLines } from './text.js';

/** A run in one line. */
export interface RunRecord {
  directory: string;
  status: ListedRun['status'];
  experiment: string;
  preset: string;
  optimizer: string;
  seed: number;
  epochs: number;
  /** In the experiment's metric, on the validation data; null before the first epoch has ended. */
  metric: string;
  best: number | null;
  last: number | null;
  seconds: number;
  resumed: number;
}

/** What `runs list --json` gives. */
export function recordOf({ directory, config, status, metrics, summary }: ListedRun): RunRecord {
  const metric = metricFor(config.experiment);
  const { best, final } = resultOf({ metric: metric.name, ...resultIn(metrics, metric) } as never);
  return {
    ...{ directory, status },
    ...{ experiment: config.experiment, preset: config.preset },
    ...{ optimizer: config.optimizer, seed: config.seed },
    ...{ epochs: metrics.length, metric: metric.name, best, last: final },
    seconds: summary?.seconds ?? metrics.at(-1)?.seconds ?? 0,
    resumed: Math.max(0, readProcesses(directory).length - 1),
  };
}

/** A table, a line a run. */
export function listText(runs: ListedRun[]): string {
  if (runs.length === 0) return 'There is no run.';
  return gridLines(
    runs.map((run) => {
      const { directory, status, experiment, preset, optimizer, seed, ...rest } = recordOf(run);
      const metric = metricFor(experiment);
      return {
        run: directory,
        ...{ experiment, preset, optimizer, seed: String(seed), status },
        epochs: `${rest.epochs} of ${run.config.epochs}`,
        best: formatValue(metric, rest.best),
        last: formatValue(metric, rest.last),
        time: formatDuration(rest.seconds),
      };
    }),
  ).join('\n');
}

/** A run in full: what it was asked for, what came of it, on what it was made and by whom. */
export function showText(run: ListedRun): string {
  const { directory, config, metrics, summary, status } = run;
  const metric = metricFor(config.experiment);
  const facts = (title: string, lines: [string, string][]) => [
    '',
    title,
    ...lines.map(([name, value]) => `  ${inOneLine(name).padEnd(20)} ${inOneLine(value)}`),
  ];
  // Not every epoch has every value: that on test data is looked at after the best ones alone.
  const names = [...new Set(metrics.flatMap((epoch) => Object.keys(epoch)))];
  const epochs = metrics.map((epoch) =>
    Object.fromEntries(names.map((name) => [name, short(epoch[name as keyof EpochMetrics])])),
  );
  const processes = readProcesses(directory).map((one) => ({
    begun: one.time,
    'from step': String(one.from),
    'steps lost before': String(one.lost),
    command: commandText(one.command),
  }));
  return [
    inOneLine(
      `${directory}: ${status}${summary?.message === undefined ? '' : `. ${summary.message}`}`,
    ),
    ...facts(
      'Configuration',
      Object.entries(flat(config)).map(([k, v]) => [k, words(v)]),
    ),
    ...facts('Result', [
      [`best ${metric.name}`, formatValue(metric, recordOf(run).best)],
      [`last ${metric.name}`, formatValue(metric, recordOf(run).last)],
      ['weights SHA-256', summary?.weightsSha256 ?? '–'],
    ]),
    ...(epochs.length === 0 ? [] : ['', ...gridLines(epochs)]),
    ...facts('Environment', environmentFacts(readEnvironment(directory))),
    ...(processes.length === 0 ? [] : ['', ...gridLines(processes)]),
  ].join('\n');
}

/** What distinguishes some runs: the values that differ, and what came of each. */
export function comparisonOf(runs: ListedRun[]) {
  const described = runs.map((run) => ({
    ...flat(run.config),
    ...Object.fromEntries(
      environmentFacts(readEnvironment(run.directory)).map(([name, value]) => [
        `environment: ${name}`,
        value,
      ]),
    ),
  }));
  const names = new Set(described.flatMap(Object.keys));
  const rows = [...names].map((name) => ({
    name,
    values: described.map((values) => (values as Record<string, unknown>)[name] ?? null),
  }));
  return {
    runs: runs.map(recordOf),
    differences: rows.filter(({ values }) => new Set(values.map(words)).size > 1),
    weights: runs.map(({ summary }) => summary?.weightsSha256 ?? null),
    /** Whether all have come to the same weights and metrics, bit for bit. */
    identical: new Set(runs.map(outcome)).size === 1 && runs.every(({ summary }) => summary),
  };
}

export function comparisonText(runs: ListedRun[]): string {
  const { differences, identical, runs: records } = comparisonOf(runs);
  const columns = runs.map((_, i) => `(${i + 1})`);
  const row = (name: string, values: string[]) => ({
    '': name,
    ...Object.fromEntries(columns.map((column, i) => [column, values[i]])),
  });
  const lines = gridLines([
    ...differences.map(({ name, values }) => row(name, values.map(words))),
    row(
      'status',
      records.map(({ status }) => status),
    ),
    row(
      'epochs',
      records.map(({ epochs }) => String(epochs)),
    ),
    row(
      'best',
      records.map((record) => formatValue(METRICS[record.metric as never], record.best)),
    ),
    row(
      'last',
      records.map((record) => formatValue(METRICS[record.metric as never], record.last)),
    ),
    row(
      'time',
      records.map(({ seconds }) => formatDuration(seconds)),
    ),
    row(
      'weights',
      runs.map(({ summary }) => summary?.weightsSha256.slice(0, 12) ?? '–'),
    ),
  ]);
  return [
    ...runs.map(({ directory }, i) => inOneLine(`${columns[i]} ${directory}`)),
    '',
    ...lines,
    '',
    identical
      ? 'They have come to the same metrics and weights, bit for bit.'
      : 'Their metrics or weights are not the same.',
  ].join('\n');
}

/** A line an epoch, with what identifies its run, as CSV (RFC 4180). */
export function epochsCsv(runs: ListedRun[]): string {
  const rows = runs.flatMap((run) => {
    const { directory, status, experiment, preset, optimizer, seed } = recordOf(run);
    return run.metrics.map(
      (epoch): Record<string, unknown> => ({
        ...{ directory, status, experiment, preset, optimizer, seed },
        ...epoch,
      }),
    );
  });
  const names = [...new Set(rows.flatMap(Object.keys))];
  const lines = [names, ...rows.map((row) => names.map((name) => row[name] ?? ''))];
  return lines.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

function cell(value: unknown): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** All that two runs can be the same in, as a text. */
function outcome({ metrics, summary }: ListedRun): string {
  const timeless = metrics.map(({ seconds, ...rest }: EpochMetrics) => rest);
  return JSON.stringify([timeless, summary?.weightsSha256]);
}

/** Nested values beside the others: `dataset.name`. */
function flat(config: object, prefix = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.entries(flat(value, key === 'settings' ? '' : `${prefix}${key}.`))
        : [[`${prefix}${key}`, value]],
    ),
  );
}

/** So that no value looks like a line of ours. */
const inOneLine = (text: string) => visibleText(text.replace(/\s*\n\s*/g, ' '));

const metricFor = (experiment: string): Metric =>
  METRICS[EXPERIMENTS[experiment]?.metric ?? 'accuracy'];

const words = (value: unknown): string =>
  value === null || value === undefined
    ? '–'
    : Array.isArray(value)
      ? value.join(', ')
      : String(value);

/** A value of `metrics.jsonl`, in which a loss that is no number is null. */
const short = (value: number | null | undefined): string => {
  if (value === undefined) return '';
  if (value === null) return '–';
  return Number.isInteger(value) ? String(value) : value.toPrecision(5);
};

/** Our own command as anybody can type it; another program by its path. */
function commandText([, program, ...args]: string[]): string {
  const isOurs = /(^|\/)(lazyahead|cli\/(bin|main)\.[jt]s)$/.test(program);
  return shellCommand([...(isOurs ? ['npx', 'lazyahead'] : [program]), ...args]);
}
