/**
 * Writes what docs/cluster/scale.md shows, from the rows that `npm run bench -- scale --json` printed:
 *
 *     node --import tsx bench/scale/publish.ts <file with the header> <file with the rows>
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figureSvg } from '../../src/charts/figure-svg.js';
import { PACKAGE } from '../../src/runtime/folders.js';
import { scaleChart } from './chart.js';
import type { ScaleRow, SimulatedRow } from './row.js';
import { scaleTable } from './table.js';

const [header, file] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));
const rows: ScaleRow[] = JSON.parse(file.trim().split('\n').at(-1)!);
const isSimulated = (row: ScaleRow): row is SimulatedRow => row.kind === 'simulated';
const results = (name: string) => join(PACKAGE, 'results', name);
// What the parts said on their way is not about the numbers.
const lines = header.split('\n').filter((line) => line !== '' && !line.endsWith('…'));
const text = [...lines.slice(0, 3), 'npm run bench -- scale', scaleTable(rows), ...lines.slice(3)];
writeFileSync(results('bench-scale.txt'), `${text.join('\n')}\n`);
writeFileSync(results('bench-scale.json'), `${JSON.stringify(rows, null, 1)}\n`);
writeFileSync(
  join(PACKAGE, 'docs', 'cluster', 'scale.svg'),
  figureSvg(scaleChart(rows.filter(isSimulated))),
);
