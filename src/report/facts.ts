/** What a section's runs took, and what they were trained on, in words. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { optimizerStyle } from '../charts/figure.js';
import { type DatasetInfo, keyOf, metricOf, type RunResult } from '../training/results.js';
import type { RecordedConfig } from '../training/run-directory.js';
import { FILES, readJson } from '../training/run-files.js';
import type { Fact } from './environment.js';
import { formatCount, formatDuration } from './format.js';

/** An epoch that takes so many times the median shows that the machine was busy otherwise. */
const BUSY = 1.5;

/** How long the runs took, and whether other work ran beside them. */
export function timeFact(runs: RunResult[]): Fact {
  const seconds = runs.map(({ summary }) => summary.seconds);
  const total = seconds.reduce((sum, each) => sum + each, 0);
  const each =
    runs.length === 1
      ? ''
      : `, from ${formatDuration(Math.min(...seconds))} to ${formatDuration(Math.max(...seconds))} per run`;
  return [
    'Time',
    `${formatDuration(total)} in all, validation included${each}${busyText(runs)}${resumedText(runs)}`,
  ];
}

function resumedText(runs: RunResult[]): string {
  const resumed = runs.filter(({ summary }) => (summary.resumedFromSteps ?? []).length > 0).length;
  return resumed === 0
    ? ''
    : `; ${resumed} of ${formatCount(runs.length)} runs were interrupted and resumed`;
}

function busyText(runs: RunResult[]): string {
  const epochs = runs.flatMap(({ metrics, summary }) => {
    const own = metrics.map((line, i) => ({
      seconds: line.seconds - (metrics[i - 1]?.seconds ?? 0),
      // Where the validation improves the test data are gone through as well: only like is compared.
      tested: keyOf('test', metricOf(summary)) in line,
    }));
    return [true, false].flatMap((tested) => {
      const alike = own.filter((epoch) => epoch.tested === tested).map(({ seconds }) => seconds);
      const usual = alike.toSorted((a, b) => a - b)[alike.length >> 1];
      return alike.map((each) => each > BUSY * usual);
    });
  });
  const busy = epochs.filter(Boolean).length;
  return busy === 0
    ? ''
    : `; the machine was shared, ${formatCount(busy)} of ${formatCount(epochs.length)} epochs took more than ${BUSY} times the median of their run, so do not compare optimizers by time`;
}

/**
 * Which optimizers were trained on which processors, where these differ: times are then of different
 * machines, and results of runs with one seed differ by rounding too.
 *
 * @param environments - of each run, what its directory records.
 */
export function processorFact(
  runs: RunResult[],
  environments: { cpu?: unknown; instructions?: unknown }[],
): Fact[] {
  const counts = new Map<string, Map<string, number>>();
  for (const [i, { summary }] of runs.entries()) {
    const { cpu, instructions } = environments[i];
    const processor = [cpu ?? 'unknown', instructions].filter(Boolean).join(' with ');
    const own = counts.get(summary.optimizer) ?? new Map<string, number>();
    counts.set(summary.optimizer, own.set(processor, (own.get(processor) ?? 0) + 1));
  }
  const alike = new Map<string, string[]>();
  for (const [optimizer, own] of counts) {
    const all = [...own].sort(([a], [b]) => (a < b ? -1 : 1));
    const text =
      all.length === 1 ? all[0][0] : all.map(([name, n]) => `${n} on ${name}`).join(', ');
    alike.set(text, [...(alike.get(text) ?? []), optimizerStyle(optimizer).label]);
  }
  if (alike.size < 2) return [];
  const each = [...alike].map(([text, labels]) => `${labels.join(', ')}: ${text}`);
  return [['Processors', `do not compare optimizers by time. ${each.join('; ')}`]];
}

/** The data with their checksum; nothing where the runs' configurations are not there. */
export function dataFact(runs: RunResult[]): Fact[] {
  const datasets = runs.flatMap(({ directory }) => {
    if (!existsSync(join(directory, FILES.config))) return [];
    return readJson<RecordedConfig>(directory, FILES.config).dataset as DatasetInfo;
  });
  const descriptions = new Set(datasets.map((dataset) => describe(inFull(dataset, datasets))));
  return descriptions.size === 0 ? [] : [['Data', [...descriptions].join('; ')]];
}

/**
 * How many examples are for testing was not recorded at first: it is taken from another run of the
 * same data.
 */
function inFull(dataset: DatasetInfo, all: DatasetInfo[]): DatasetInfo {
  const keys = ['name', 'sha256', 'trainExamples', 'valExamples'] as const;
  const same = all.filter((other) => dataset.sha256 && keys.every((k) => other[k] === dataset[k]));
  return [dataset, ...same].find(({ testExamples }) => testExamples !== undefined) ?? dataset;
}

function describe(dataset: DatasetInfo): string {
  const { name, sha256, trainExamples, valExamples, testExamples } = dataset;
  return [
    `${name}, trained on ${formatCount(trainExamples)}`,
    `validated on ${formatCount(valExamples)}`,
    ...(testExamples === undefined ? [] : [`tested on ${formatCount(testExamples)}`]),
    ...(sha256 ? [`SHA-256 ${sha256}`] : []),
  ].join(', ');
}
