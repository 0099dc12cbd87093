/** The suite `scale`: local and Ray side by side, the driver's work, and sweeps beyond one machine. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UsageError } from '../../src/runtime/errors.js';
import { PACKAGE } from '../../src/runtime/folders.js';
import { chosen, type Request, type Suite } from '../suite.js';
import { measureDriver } from './driver.js';
import { measureEngines } from './engines.js';
import { measureLoss } from './loss.js';
import { type MeasuredRow, measured, type ScaleRow } from './row.js';
import { canSimulate, simulations } from './simulated.js';
import { scaleTable } from './table.js';

type Part = (request: Request, say: (line: string) => void) => AsyncIterable<MeasuredRow>;

const PARTS: Record<string, Part> = {
  engines: measureEngines,
  driver: measureDriver,
  loss: measureLoss,
};

export const SCALE: Suite<ScaleRow> = {
  names: Object.keys(PARTS),
  defaultThreads: [1],
  async *measure(request, say) {
    if (!request.python) {
      throw new UsageError('The suite scale is about Ray: leave --no-python out.');
    }
    const rows = ['ptb quick', 'cifar10 quick'].map(publishedTimes);
    yield* rows;
    for (const part of chosen(PARTS, request, say)) {
      for await (const row of part(request, say)) {
        rows.push(row);
        yield row;
      }
    }
    if (canSimulate(rows)) yield* simulations(rows);
    else say('Nothing is simulated: that takes all parts, in full size.');
  },
  table: scaleTable,
};

/** How long the published runs of a preset took. */
function publishedTimes(work: string): MeasuredRow {
  const from = `results/${work.replace(' ', '-')}`;
  const files = readdirSync(join(PACKAGE, from), { recursive: true, encoding: 'utf8' })
    .filter((file) => basename(file) === 'summary.json')
    .sort();
  const seconds = files.map(
    (file) => JSON.parse(readFileSync(join(PACKAGE, from, file), 'utf8')).seconds,
  );
  return measured(`${work}: training of a trial`, 's', seconds, from);
}
