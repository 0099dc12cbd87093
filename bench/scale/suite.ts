/** The suite `scale`: local and Ray side by side, the driver's work, and sweeps beyond one machine. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../src/runtime/errors.js';
import { PACKAGE } from '../../src/runtime/folders.js';
import type { Request, Suite } from '../suite.js';
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
    const rows: MeasuredRow[] = [publishedTimes()];
    yield rows[0];
    for (const [name, part] of Object.entries(PARTS)) {
      if (request.only && !request.only.includes(name)) continue;
      say(`${name} …`);
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

/** How long CIFAR's published runs took. */
function publishedTimes(): MeasuredRow {
  const from = 'results/cifar10-quick';
  const folder = join(PACKAGE, from);
  const seconds = readdirSync(folder).map(
    (run) => JSON.parse(readFileSync(join(folder, run, 'summary.json'), 'utf8')).seconds,
  );
  return measured('cifar10 quick: training of a trial', 's', seconds, from);
}
