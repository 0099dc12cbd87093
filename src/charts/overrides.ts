import type { RunSummary } from '../training/results.js';
import { variedNames } from './cells.js';

/**
 * 'not the preset: epochs 1, lr 0.01' where the runs differ from their preset, else ''. What varies
 * between them is not in it: that is said of each.
 */
export function overridesNote(summaries: RunSummary[]): string {
  const varied = variedNames(summaries);
  const values = summaries.flatMap(({ overrides }) =>
    Object.entries(overrides)
      .filter(([name]) => !varied.includes(name))
      .map(([name, value]) => `${name} ${value}`),
  );
  return values.length === 0 ? '' : `not the preset: ${[...new Set(values)].join(', ')}`;
}
