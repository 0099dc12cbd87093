/** Whether the files of a run that has ended belong together: results are published from them. */
import { METRICS, type Metric } from '../experiments/metric.js';
import { type EpochMetrics, keyOf, metricOf, type RunSummary, resultIn } from './results.js';
import type { RecordedConfig } from './run-directory.js';

/** What a run's directory holds, as it was read. */
export interface RunFiles {
  summary: RunSummary;
  config: RecordedConfig;
  metrics: EpochMetrics[];
}

const STATUSES: RunSummary['status'][] = ['completed', 'interrupted', 'diverged'];

/** What the summary repeats of the configuration. */
const SHARED = ['experiment', 'optimizer', 'preset', 'seed'] as const;

/**
 * The first thing that shows that files were altered, cut short or exchanged: 'summary.json has seed
 * 1, config.json has 2'; undefined where nothing does. A run that was interrupted or diverged is whole
 * with fewer epochs than were asked for, and with none.
 */
export function damageIn(files: RunFiles): string | undefined {
  const { status, metric = 'accuracy' } = files.summary;
  if (!STATUSES.includes(status)) return `summary.json has status ${status}`;
  if (!Object.hasOwn(METRICS, metric)) return `summary.json has metric ${metric}`;
  return [
    ...misfits(files),
    ...strangers(files),
    ...(status === 'completed' ? gaps(files) : []),
    ...alterations(files),
  ].find((found) => found !== undefined);
}

type Finding = string | undefined;

/** A kind of value, by what it is called and what is of it. */
type Kind = [name: string, holds: (value: unknown) => boolean];

const TEXT: Kind = ['a text', (value) => typeof value === 'string'];
const COUNT: Kind = [
  'a whole number',
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
];
const SECONDS: Kind = ['a time', (value) => Number.isFinite(value) && Number(value) >= 0];
const YES_OR_NO: Kind = ['true or false', (value) => typeof value === 'boolean'];
const SHA256: Kind = [
  'a SHA-256',
  (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
];
// JSON has neither Infinity nor NaN, and null instead.
const NUMBER: Kind = ['a number', (value) => value === null || typeof value === 'number'];
const OVERRIDES: Kind = [
  'values by name',
  (value) =>
    isObject(value) &&
    Object.values(value).every((each) => ['number', 'string'].includes(typeof each)),
];
const orAbsent = ([name, holds]: Kind): Kind => [
  name,
  (value) => value === undefined || holds(value),
];

/** Whether a value of JSON is one with names. */
export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const SUMMARY: Record<string, Kind> = {
  ...{ experiment: TEXT, optimizer: TEXT, preset: TEXT, dataset: TEXT, backend: TEXT },
  ...{ seed: COUNT, epochs: COUNT, steps: COUNT, seconds: SECONDS, stepsExecuted: orAbsent(COUNT) },
  ...{ synthetic: YES_OR_NO, verified: YES_OR_NO },
  ...{ spec: orAbsent(TEXT), protocol: orAbsent(TEXT), message: orAbsent(TEXT) },
  ...{ overrides: OVERRIDES, weightsSha256: SHA256 },
};

const DATASET: Record<string, Kind> = {
  ...{ name: TEXT, sha256: orAbsent(['a SHA-256', (sum) => sum === null || SHA256[1](sum)]) },
  ...{ trainExamples: COUNT, valExamples: COUNT, testExamples: orAbsent(COUNT) },
};

/** What is of another kind than it must be: reports are made of it, and would show anything. */
function misfits({ summary, config, metrics }: RunFiles): Finding[] {
  const metric = metricOf(summary);
  const epoch = {
    ...numbers(['loss', 'valLoss', 'lr', metric.name]),
    ...numbers([keyOf('val', metric), keyOf('test', metric)]),
    ...{ steps: COUNT, seconds: SECONDS },
  };
  return [
    ...kindsIn('summary.json', summary, { ...SUMMARY, ...numbers(resultKeys(metric)) }),
    ...(isObject(config.dataset)
      ? kindsIn('config.json', config.dataset, DATASET, 'dataset.')
      : [`config.json has dataset ${shown(config.dataset)}, not a description`]),
    ...metrics.flatMap((line, i) => kindsIn(`line ${i + 1} of metrics.jsonl`, line, epoch)),
  ];
}

const numbers = (names: string[]) =>
  Object.fromEntries(names.map((name): [string, Kind] => [name, orAbsent(NUMBER)]));

const kindsIn = (where: string, values: object, kinds: Record<string, Kind>, prefix = '') =>
  Object.entries(kinds).map(([name, [kind, holds]]): Finding => {
    const value = (values as Record<string, unknown>)[name];
    return holds(value) ? undefined : `${where} has ${prefix}${name} ${shown(value)}, not ${kind}`;
  });

const shown = (value: unknown) =>
  (isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value)).slice(0, 40);

/** Files of several runs. */
function strangers({ summary, config, metrics }: RunFiles): Finding[] {
  return [
    ...SHARED.map((name) => differing(name, summary[name], 'config.json', config[name])),
    differing('epochs', summary.epochs, 'metrics.jsonl', metrics.length),
    ...metrics.map(({ epoch }, i) =>
      epoch === i + 1 ? undefined : `line ${i + 1} of metrics.jsonl has epoch ${epoch}`,
    ),
  ];
}

/** What a run that came to its end must have. */
function gaps({ summary, config, metrics }: RunFiles): Finding[] {
  const metric = metricOf(summary);
  return [
    differing('epochs', summary.epochs, 'config.json', config.epochs),
    ...metrics.flatMap((epoch, i) =>
      (['loss', 'valLoss', keyOf('val', metric)] as const).map((name) =>
        notFinite(name, epoch[name], `line ${i + 1} of metrics.jsonl`),
      ),
    ),
    ...resultKeys(metric)
      // Where there are no test data, nothing is said of them.
      .filter((name) => !name.startsWith('test') || name in summary)
      .map((name) => notFinite(name, summary[name], 'summary.json')),
  ];
}

/** Results that are not those of the epochs. */
function alterations({ summary, metrics }: RunFiles): Finding[] {
  const metric = metricOf(summary);
  const key = keyOf('val', metric);
  // JSON has no Infinity, which a perplexity can come to before the loss does: it is null there.
  const worst = metric.better === 'lower' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  const epochs = metrics.map((epoch) => ({ ...epoch, [key]: epoch[key] ?? worst }));
  const computed = JSON.parse(JSON.stringify(resultIn(epochs, metric))) as Partial<RunSummary>;
  return resultKeys(metric).map((name) =>
    differing(name, summary[name] ?? null, 'metrics.jsonl', computed[name] ?? null),
  );
}

const resultKeys = (metric: Metric) =>
  (['bestVal', 'finalVal', 'test'] as const).map((prefix) => keyOf(prefix, metric));

const differing = (name: string, value: unknown, file: string, other: unknown): Finding =>
  value === other ? undefined : `summary.json has ${name} ${value}, ${file} has ${other}`;

const notFinite = (name: string, value: unknown, where: string): Finding =>
  Number.isFinite(value) ? undefined : `${where} has ${name} ${value}, not a number`;
