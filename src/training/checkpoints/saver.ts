/** When a run's checkpoints are written, and what goes on from them. */
import { bestOf, type Metric } from '../../experiments/metric.js';
import { UsageError } from '../../runtime/errors.js';
import { type EpochMetrics, keyOf } from '../results.js';
import type { RunDirectory } from '../run-directory.js';
import type { Position } from '../train.js';
import { checkpointClock, parseInterval } from './interval.js';
import { CheckpointStore, type Notes } from './store.js';
import { restoreState, stateOf, type Trained } from './training-state.js';

/** How a run's checkpoints are kept. */
export interface SavingOptions {
  /**
   * How often a checkpoint is written within an epoch: `100` steps, `90s`, `5m`, `1h`. Default: the
   * preset's, else `2m`. One is written after each epoch too, and when the run is interrupted.
   */
  checkpointEvery?: string;
  /** How many of the newest checkpoints are kept, beside that of the best epoch. Default 2. */
  keepCheckpoints?: number;
  /** Told of checkpoints that are damaged or could not be written, a sentence at a time. */
  onStatus?: (status: string) => void;
}

/** @throws UsageError for a value out of range. */
export function checkSaving({ checkpointEvery, keepCheckpoints = KEEP }: SavingOptions): void {
  parseInterval(checkpointEvery);
  if (!Number.isSafeInteger(keepCheckpoints) || keepCheckpoints < 1) {
    throw new UsageError(
      `The number of checkpoints to keep is a whole number from 1, not ${keepCheckpoints}.`,
    );
  }
}

const KEEP = 2;

/** The checkpoints of a run that is going on. */
export class Saver {
  private readonly store: CheckpointStore;
  private readonly clock: ReturnType<typeof checkpointClock>;
  private readonly onStatus: (status: string) => void;
  /** The steps of the last good checkpoint. */
  private saved: number | undefined;

  constructor(
    private readonly directory: RunDirectory,
    private readonly trained: Trained,
    private readonly metric: Metric,
    { checkpointEvery, keepCheckpoints = KEEP, onStatus = () => {} }: SavingOptions,
  ) {
    this.store = new CheckpointStore(directory.path, keepCheckpoints);
    this.clock = checkpointClock(parseInterval(checkpointEvery));
    this.onStatus = onStatus;
  }

  /** Puts the newest checkpoint's state back; null where there is none. */
  async restore(): Promise<(Pick<Notes, 'logs'> & { position: Position }) | null> {
    const checkpoint = this.store.newest(this.onStatus);
    if (checkpoint === null) {
      return null;
    }
    const states = await restoreState(this.trained, checkpoint.state);
    this.saved = checkpoint.place.steps;
    return { logs: checkpoint.logs, position: { ...checkpoint.place, states } };
  }

  /**
   * Writes a checkpoint where one is due. Where the file system does not take it the training goes on:
   * the next one may succeed.
   */
  async reach(at: Position, when: 'step' | 'epoch' | 'interrupted'): Promise<void> {
    const { states, ...place } = at;
    if (when === 'step' && !this.clock.isDue(place.steps)) {
      return;
    }
    this.clock.written();
    const { steps, metrics } = place;
    try {
      const logs = this.directory.sync();
      const state = await stateOf(this.trained, states);
      this.store.save(state, { place, logs }, this.stepsOfBest(metrics));
      this.saved = steps;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) {
        throw error;
      }
      const last =
        this.saved === undefined ? 'there is none yet' : `the last one is of step ${this.saved}`;
      this.onStatus(`The checkpoint of step ${steps} could not be written (${message}); ${last}.`);
    }
  }

  /** Leaves the newest and the best of a run that has come to its end. */
  finish(steps: number, metrics: EpochMetrics[]): void {
    this.store.finish(steps, this.stepsOfBest(metrics));
  }

  /** The steps after the best epoch, if there is any. */
  private stepsOfBest(metrics: EpochMetrics[]): number | undefined {
    const values = metrics.map((epoch) => epoch[keyOf('val', this.metric)]!);
    const best = bestOf(this.metric, values);
    return best === null ? undefined : metrics[values.indexOf(best)].steps;
  }
}
