/** Claims that were published in words: do all runs of an optimizer come out above a figure? */
import type { ReportedClaim } from '../experiments/experiment.js';
import { METRICS, type MetricName } from '../experiments/metric.js';
import { claimVerdict, type FigureVerdict } from '../statistics/reproduced.js';
import type { Sample } from '../statistics/sample.js';
import { formatInterval, formatSample } from './format.js';
import type { ReproductionRow } from './reproduction.js';

/** A claim, and what the runs say. */
export interface ClaimRow extends ReportedClaim {
  /** Each run's best epoch, as those of the claim. */
  best: Sample;
  /** How many of these are above. */
  above: number;
  /** Runs that diverged, and so are not. */
  diverged: number;
  verdict: FigureVerdict;
}

/** The claims about optimizers that were run. */
export const claimRows = (claims: ReportedClaim[], rows: ReproductionRow[]): ClaimRow[] =>
  claims.flatMap((claim) => {
    const row = rows.find(({ optimizer }) => optimizer === claim.optimizer);
    if (!row?.reproduced) return [];
    const { best, bestPerSeed } = row.reproduced;
    const { diverged } = row;
    const above = bestPerSeed.filter((value) => value > claim.threshold).length;
    const verdict = claimVerdict(best.n + diverged, above);
    return [{ ...claim, best, above, diverged, verdict }];
  });

/** `0 of 5 runs are; their mean is 84.72 ± 0.10 %, 95 % interval 84.60 to 84.85`. */
export function claimBasis({ best, above, diverged }: ClaimRow, name: MetricName): string {
  const metric = METRICS[name];
  const interval =
    best.confidence === null ? '' : `, 95 % interval ${formatInterval(metric, best.confidence)}`;
  const mean = `mean is ${formatSample(metric, best)}${interval}`;
  return diverged === 0
    ? `${above} of ${best.n} runs are; their ${mean}`
    : `${above} of ${best.n + diverged} runs are, ${diverged} diverged; the others’ ${mean}`;
}
