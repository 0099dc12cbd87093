import type { ReportedFigure, RunResult, RunSummary } from '../../src/training/results.js';

/** A run whose accuracy climbs by a point an epoch from `start`, and whose losses fall. */
export function sampleRun(
  overrides: Partial<RunSummary> = {},
  { start = 0.7, epochs = overrides.epochs ?? 3 }: { start?: number; epochs?: number } = {},
): RunResult {
  const metrics = Array.from({ length: epochs }, (_, i) => ({
    epoch: i + 1,
    steps: 100 * (i + 1),
    loss: 0.6 - 0.1 * i,
    accuracy: start + 0.05 * i,
    valLoss: 0.55 - 0.02 * i,
    valAccuracy: start + 0.01 * i,
    seconds: 30 * (i + 1),
  }));
  const last = metrics.at(-1);
  return {
    directory: 'runs/sample',
    metrics,
    summary: {
      experiment: 'imdb',
      optimizer: 'adam',
      preset: 'quick',
      overrides: {},
      seed: 1,
      dataset: 'imdb',
      synthetic: false,
      verified: true,
      epochs,
      steps: last?.steps ?? 0,
      bestValAccuracy: last?.valAccuracy ?? null,
      finalValAccuracy: last?.valAccuracy ?? null,
      weightsSha256: 'a1b2c3d4e5f6'.padEnd(64, '0'),
      seconds: last?.seconds ?? 0,
      backend: 'tensorflow',
      status: 'completed',
      ...overrides,
    },
  };
}

/** A run whose last epoch is two points worse than its best one. */
export const runWithBest = (bestValAccuracy: number, seed: number, overrides = {}): RunResult =>
  sampleRun({ bestValAccuracy, finalValAccuracy: bestValAccuracy - 0.02, seed, ...overrides });

export const REPORTED: ReportedFigure[] = [
  {
    optimizer: 'adam',
    value: 0.837,
    text: 'about 83.7 %',
    source: 'Su Jianlin, 2019-07-30',
    mark: 'read',
  },
  {
    optimizer: 'lazy-adam',
    value: 0.849,
    text: 'about 84.9 %',
    source: 'Su Jianlin, 2019-07-30',
    mark: 'read',
  },
];

/** The files of a sample run's directory, by name. A best value of one's own is that of each epoch. */
export function filesOfRun(overrides: Partial<RunSummary> = {}): Record<string, string> {
  const { summary, metrics } = sampleRun(overrides);
  const { bestValAccuracy } = overrides;
  const own = bestValAccuracy !== undefined && { valAccuracy: bestValAccuracy };
  const { experiment, optimizer, preset, seed, epochs, dataset: name } = summary;
  const config = { experiment, optimizer, preset, seed, epochs };
  const dataset = { name, synthetic: false, trainExamples: 25_000, valExamples: 25_000 };
  const whole = { ...summary, ...(own && { finalValAccuracy: bestValAccuracy }) };
  return {
    'summary.json': JSON.stringify(whole),
    'metrics.jsonl': metrics.map((line) => `${JSON.stringify({ ...line, ...own })}\n`).join(''),
    'environment.json': JSON.stringify({ node: '20.20.2', memory: 25.3e9 }),
    'config.json': JSON.stringify({ ...config, dataset }),
  };
}
