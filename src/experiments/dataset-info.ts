/** What a run notes of its data. */
import type { DataOrigin } from '../data/data-origin.js';
import type { DatasetInfo, ExperimentData } from './experiment.js';

/** Where data came from, and how many examples each of their parts has. */
export const datasetInfo = (
  { name, synthetic, verified, sha256, reason }: DataOrigin,
  { train, val, test }: Pick<ExperimentData, 'train' | 'val' | 'test'>,
): DatasetInfo => ({
  ...{ name, synthetic, verified, sha256 },
  trainExamples: train.n,
  valExamples: val.n,
  ...(test && { testExamples: test.n }),
  reason,
});
