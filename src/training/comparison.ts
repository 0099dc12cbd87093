/** What holds for optimizers that are run to be compared with one another. */
import { experimentNamed, type RunRequest, resolveConfig } from '../experiments/config.js';
import { isSpec } from '../experiments/optimizers.js';
import { type RunOptions, withCanonicalSpec } from './run.js';

/**
 * The optimizers of some requests, specs in canonical form; what is written in several ways once.
 *
 * @throws UsageError for a spec that describes no optimizer.
 */
export async function canonicalOptimizers(
  requests: RunRequest[],
  options: RunOptions,
): Promise<string[]> {
  const canonical = new Map<string, string>();
  for (const request of requests) {
    if (!canonical.has(request.optimizer)) {
      const { optimizer } = await withCanonicalSpec(resolveConfig(request), options);
      canonical.set(request.optimizer, optimizer);
    }
  }
  return [...new Set(canonical.values())];
}

/**
 * Whether an optimizer is run without the `k` and `alpha` of a comparison: it has no slow weights, and
 * stands beside one that has. Alone it is refused with them, as by `run`; a spec always, for a
 * comparison in which some follow `k` and some do not misleads.
 *
 * @param compared - all optimizers of the comparison.
 */
export function isWithoutLookahead(
  { experiment, optimizer }: Pick<RunRequest, 'experiment' | 'optimizer'>,
  compared: string[],
): boolean {
  const { optimizers } = experimentNamed(experiment);
  const hasLookahead = (name: string) => optimizers[name]?.lookahead;
  return compared.some(hasLookahead) && !hasLookahead(optimizer) && !isSpec(optimizer);
}

/** What is left of values without Lookahead's. */
export const withoutLookahead = <T extends { k?: unknown; alpha?: unknown }>({
  k,
  alpha,
  ...others
}: T): Omit<T, 'k' | 'alpha'> => others;
