/**
 * Writes what docs/cluster/scale.md shows, from what `npm run bench -- scale --json` printed, of all
 * parts together or of one with `--only` after the other:
 *
 *     node --import tsx bench/scale/publish.ts <file with standard error and output> …
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figureSvg } from '../../src/charts/figure-svg.js';
import { PACKAGE } from '../../src/runtime/folders.js';
import { scaleChart } from './chart.js';
import type { ScaleRow } from './row.js';
import { simulations } from './simulated.js';
import { scaleTable } from './table.js';

const rows = new Map<string, ScaleRow>();
const text: string[] = [];
for (const file of process.argv.slice(2)) {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const part: ScaleRow[] = JSON.parse(lines.find((line) => line.startsWith('['))!);
  for (const row of part) if (row.kind === 'measured') rows.set(row.name, row);
  // What a part says on its way is not about the numbers.
  text.push(
    ...lines.filter((line) => !line.startsWith('[') && /^\d{4}-|^Node|cores|^Load/.test(line)),
  );
}
const measured = [...rows.values()].filter((row) => row.kind === 'measured');
const simulated = simulations(measured);
const all = [...measured, ...simulated];
const results = (name: string) => join(PACKAGE, 'results', name);
text.push('npm run bench -- scale', scaleTable(all));
writeFileSync(results('bench-scale.txt'), `${text.join('\n')}\n`);
writeFileSync(results('bench-scale.json'), `${JSON.stringify(all, null, 1)}\n`);
writeFileSync(join(PACKAGE, 'docs', 'cluster', 'scale.svg'), figureSvg(scaleChart(simulated)));
