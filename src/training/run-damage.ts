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
  if (!(metric in METRICS)) return `summary.json has metric ${metric}`;
  return [
    ...strangers(files),
    ...(status === 'completed' ? gaps(files) : []),
    ...alterations(files),
  ].find((found) => found !== undefined);
}

type Finding = string | undefined;

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
