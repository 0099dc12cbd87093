import type { RunSummary } from '../training/results.js';

/** 'not the preset: epochs 1, lr 0.01' where any of the runs differs from its preset, else ''. */
export function overridesNote(summaries: RunSummary[]): string {
  const values = summaries.flatMap(({ overrides }) =>
    Object.entries(overrides).map(([name, value]) => `${name} ${value}`),
  );
  return values.length === 0 ? '' : `not the preset: ${[...new Set(values)].join(', ')}`;
}
