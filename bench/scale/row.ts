/** What the suite `scale` says. */
import { round } from '../suite.js';
import { percentile } from '../timing.js';

export type ScaleRow = MeasuredRow | SimulatedRow;

/** A quantity that was measured, and is an input of the simulation or beside it. */
export interface MeasuredRow {
  kind: 'measured';
  name: string;
  unit: 's' | 'ms' | 'trials/min';
  median: number;
  /** Everything that was measured, in its order. */
  values: number[];
  /** Where it is from, if not from this run. */
  from?: string;
}

/** A sweep that was simulated. */
export interface SimulatedRow {
  kind: 'simulated';
  /** Which trials. */
  work: string;
  trials: number;
  workers: number;
  /** How often a worker is lost, per hour: assumed. */
  losses_an_hour: number;
  makespan_s: number;
  trials_a_minute: number;
  /** Share of all workers' time in which they train. */
  training_share: number;
  driver_share: number;
  /** The slowest part of the driver. */
  slowest: string;
  failed: number;
}

export function measured(
  name: string,
  unit: MeasuredRow['unit'],
  values: number[],
  from?: string,
): MeasuredRow {
  return {
    ...{ kind: 'measured', name, unit, median: round(percentile(values, 50)) },
    values: values.map(round),
    ...(from !== undefined && { from }),
  };
}
