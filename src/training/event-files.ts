/** Event files for TensorBoard, by TensorFlow's own writer. */
import { existsSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';

const FOLDER = 'tensorboard';

/** What tfjs-node's backend has for `tf.node.summaryFileWriter`, which would keep each writer for good. */
interface SummaryBackend {
  summaryWriter(folder: string): tf.Tensor;
  createSummaryFileWriter(
    writer: tf.Tensor,
    folder: string,
    maxQueue: number,
    flushMillis: number,
    suffix: string,
  ): void;
  writeScalarSummary(writer: tf.Tensor, step: number, name: string, value: number): void;
  flushSummaryWriter(writer: tf.Tensor): void;
  executeMultipleOutputs(op: string, attributes: [], inputs: tf.Tensor[], outputs: 0): void;
}

/** Scalars that wait for the next flush, which comes with a checkpoint at the latest. */
const QUEUE = 1000;
const FLUSH_EVERY = 10_000;

/**
 * The event files in a run's directory, one for each process that had a part in the run. Only native
 * TensorFlow can write them; on other backends there are none.
 */
export class EventFiles {
  private readonly folder: string;
  private readonly backend: SummaryBackend | null;
  private readonly writer: tf.Tensor | null = null;

  /**
   * @param kept - the length of each file that stays, by name; longer ones are cut back to it, others
   *   removed.
   * @param step - steps taken before, which the name of the file that is begun has in it.
   */
  constructor(runDir: string, kept: Record<string, number>, step: number) {
    this.folder = join(runDir, FOLDER);
    for (const [name, size] of Object.entries(this.sizes())) {
      if (kept[name] === undefined) {
        rmSync(join(runDir, name));
      } else if (size > kept[name]) {
        truncateSync(join(runDir, name), kept[name]);
      }
    }
    this.backend =
      tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as SummaryBackend) : null;
    if (this.backend !== null) {
      const writer = this.backend.summaryWriter(this.folder);
      this.writer = writer;
      tf.tidy(() =>
        this.backend!.createSummaryFileWriter(
          writer,
          this.folder,
          QUEUE,
          FLUSH_EVERY,
          `.step-${step}.v2`,
        ),
      );
    }
  }

  /** Adds a point to each of some curves. */
  add(step: number, values: Record<string, number>): void {
    for (const [name, value] of Object.entries(values)) {
      if (this.writer !== null && Number.isFinite(value)) {
        this.backend!.writeScalarSummary(this.writer, step, name, value);
      }
    }
  }

  /** Brings everything into the files. */
  flush(): void {
    if (this.writer !== null) {
      this.backend!.flushSummaryWriter(this.writer);
    }
  }

  /** The files' lengths, by their names in the run's directory. */
  sizes(): Record<string, number> {
    const names = existsSync(this.folder) ? readdirSync(this.folder) : [];
    return Object.fromEntries(
      names.map((name) => [`${FOLDER}/${name}`, statSync(join(this.folder, name)).size]),
    );
  }

  close(): void {
    if (this.writer !== null) {
      this.flush();
      this.backend!.executeMultipleOutputs('CloseSummaryWriter', [], [this.writer], 0);
      this.writer.dispose();
    }
  }
}
