/** The suite's rows as tables for a terminal. */
import { columns } from '../columns.js';
import { percentile } from '../timing.js';
import type { MeasuredRow, ScaleRow, SimulatedRow } from './row.js';

export function scaleTable(rows: ScaleRow[]): string {
  const isMeasured = (row: ScaleRow): row is MeasuredRow => row.kind === 'measured';
  const simulated = rows.filter((row): row is SimulatedRow => !isMeasured(row));
  const tables = ['Measured: median (10–90 %)', measuredTable(rows.filter(isMeasured))];
  if (simulated.length > 0) {
    const [{ losses_an_hour }] = simulated;
    tables.push(
      '',
      `Simulated from these, each worker lost ${losses_an_hour} times an hour (assumed); shares of the time`,
      simulatedTable(simulated),
    );
  }
  return tables.join('\n');
}

function measuredTable(rows: MeasuredRow[]): string {
  const cells = rows.map(({ name, unit, median, values, from }) => {
    const [low, high] = [10, 90].map((p) => digits(percentile(values, p)));
    const spread = values.length > 1 ? `(${low}–${high})` : '';
    return [
      name,
      `${digits(median)} ${unit}`,
      spread,
      from ? `from ${from}` : `${values.length} ×`,
    ];
  });
  return columns(cells, new Set([0, 2, 3]));
}

function simulatedTable(rows: SimulatedRow[]): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return columns(
    [
      ['trials', '', 'workers', 'time', 'trials/min', 'workers train', 'driver busy', '', 'failed'],
      ...rows.map((row) => [
        row.trials.toLocaleString('en'),
        row.work,
        row.workers.toLocaleString('en'),
        duration(row.makespan_s),
        digits(row.trials_a_minute),
        percent(row.training_share),
        percent(row.driver_share),
        row.slowest,
        String(row.failed),
      ]),
    ],
    new Set([1, 7]),
  );
}

const digits = (value: number) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);

function duration(seconds: number): string {
  if (seconds < 120) return `${digits(seconds)} s`;
  return seconds < 7200 ? `${digits(seconds / 60)} min` : `${digits(seconds / 3600)} h`;
}
