/** The checkpoints of one run: which are kept, and which one a run goes on from. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EpochMetrics } from '../results.js';
import { PARTIAL, readTensorFile, type StoredTensor, writeTensorFile } from './tensor-file.js';
import type { DropoutSteps, TrainingState } from './training-state.js';

const FOLDER = 'checkpoints';
const KEY = 'lazyahead';

/** Where a training stands, in plain JSON. */
export interface Place {
  /** Optimizer steps taken so far. */
  steps: number;
  /** The epochs completed. */
  metrics: EpochMetrics[];
  /** The sum over the batches of the epoch that is under way; their number is where it goes on. */
  total: { loss: number; correct: number; n: number };
  batches: number;
  /** Wall-clock time so far (s). */
  seconds: number;
}

/** What a checkpoint says beside the state. */
export interface Notes {
  place: Place;
  /** Bytes of the run's append-only files at this place, by name: what follows is of later steps. */
  logs: Record<string, number>;
}

/** A checkpoint as it was read. */
export interface Checkpoint extends Notes {
  state: TrainingState<StoredTensor>;
}

interface Metadata extends Notes {
  dropoutSteps: DropoutSteps;
}

/** The checkpoints in a run's directory: `checkpoints/step-00000120.safetensors`. */
export class CheckpointStore {
  private readonly folder: string;

  /**
   * @param runDir - the run's directory.
   * @param keep - how many of the newest are kept, beside that of the best epoch.
   */
  constructor(
    runDir: string,
    private readonly keep: number,
  ) {
    this.folder = join(runDir, FOLDER);
  }

  /**
   * Writes a checkpoint, and then removes those that are not to be kept.
   *
   * @param best - the steps after the best epoch so far, if there is any.
   * @throws Error of the file system; the checkpoints before this one are then as they were.
   */
  save({ tensors, dropoutSteps }: TrainingState, notes: Notes, best: number | undefined): void {
    mkdirSync(this.folder, { recursive: true });
    const { steps } = notes.place;
    const metadata: Metadata = { ...notes, dropoutSteps };
    writeTensorFile(this.fileOf(steps), tensors, { [KEY]: JSON.stringify(metadata) });
    this.prune(steps, this.keep, best);
  }

  /** Leaves the newest and the best of a run that has come to its end. */
  finish(steps: number, best: number | undefined): void {
    if (existsSync(this.folder)) {
      this.prune(steps, 1, best);
    }
  }

  /**
   * The newest checkpoint that is whole; null where there is none.
   *
   * @param say - told of each that is damaged, in one sentence.
   */
  newest(say: (sentence: string) => void): Checkpoint | null {
    const all = this.list().reverse();
    for (const [i, steps] of all.entries()) {
      const file = this.fileOf(steps);
      try {
        const { tensors, metadata } = readTensorFile(file);
        const { dropoutSteps, ...notes } = JSON.parse(metadata[KEY]) as Metadata;
        return { ...notes, state: { tensors, dropoutSteps } };
      } catch (error) {
        const next =
          i + 1 < all.length
            ? `the one before it, of step ${all[i + 1]}, is tried`
            : 'there is none before it, so the run starts anew';
        say(`The checkpoint ${file} ${(error as Error).message}: ${next}.`);
      }
    }
    return null;
  }

  /** The steps of the checkpoints there are, in ascending order. */
  list(): number[] {
    if (!existsSync(this.folder)) {
      return [];
    }
    return readdirSync(this.folder)
      .map((name) => Number(/^step-(\d+)\.safetensors$/.exec(name)?.[1] ?? Number.NaN))
      .filter(Number.isInteger)
      .sort((a, b) => a - b);
  }

  /** Those of later steps were damaged, or belong to a way that is not gone on. */
  private prune(steps: number, keep: number, best: number | undefined): void {
    const newest = this.list()
      .filter((one) => one <= steps)
      .slice(-keep);
    for (const one of this.list()) {
      if (!newest.includes(one) && one !== best) {
        rmSync(this.fileOf(one), { force: true });
      }
    }
    for (const name of readdirSync(this.folder).filter((name) => name.endsWith(PARTIAL))) {
      rmSync(join(this.folder, name), { force: true });
    }
  }

  private fileOf(steps: number): string {
    return join(this.folder, `step-${String(steps).padStart(8, '0')}.safetensors`);
  }
}
