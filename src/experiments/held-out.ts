/** The protocol `held-out`: what is trained, validated and tested on. */
import { UsageError } from '../runtime/errors.js';
import { type RandomStream, randomStream } from '../runtime/seeds.js';
import { inOrder, shuffled } from './batches.js';
import type { Batch, Batches, ExperimentData, RunConfig } from './experiment.js';

/** The training examples of a data set. */
interface Examples {
  /** The class of each. */
  labels: ArrayLike<number>;
  /** Makes those with some numbers into a batch to train on. */
  batch: (indices: Int32Array, random: RandomStream) => Batch;
  /** The same without augmentation, where there is any. */
  plain?: (indices: Int32Array) => Batch;
}

/**
 * The parts of a data set under a configuration's protocol: `val`, on which the best epoch is chosen,
 * is the test data, or, held out, a part of the training data.
 *
 * @throws UsageError where nothing would be left to train on.
 */
export function partsOf(
  { heldOut }: Pick<RunConfig, 'heldOut'>,
  { labels, batch, plain = batch as Examples['plain'] }: Examples,
  test: Batches,
): Pick<ExperimentData, 'train' | 'val' | 'test'> {
  if (heldOut === undefined) {
    return { train: shuffled(labels.length, batch), val: test };
  }
  if (heldOut >= labels.length) {
    throw new UsageError(
      `Of ${labels.length} training examples ${heldOut} cannot be held out: ask for more of them.`,
    );
  }
  const { kept, out } = holdOut(labels, heldOut);
  const pick = (from: Int32Array, indices: Int32Array) => indices.map((i) => from[i]);
  return {
    train: shuffled(kept.length, (indices, random) => batch(pick(kept, indices), random)),
    val: inOrder(out.length, (indices) => plain!(pick(out, indices))),
    test,
  };
}

/** The same examples are held out of every run, so that runs differ in what their seed decides. */
const SPLIT_SEED = 0;

/**
 * Holds `n` examples out, of each class as large a share as of the others, the last ones of a shuffle
 * that is the same for all runs.
 *
 * @returns the numbers of both parts, ascending.
 */
export function holdOut(
  labels: ArrayLike<number>,
  n: number,
): { kept: Int32Array; out: Int32Array } {
  const order = randomStream(SPLIT_SEED, 'held-out').permutation(labels.length);
  const classes = new Map<number, number[]>();
  for (const i of order) {
    if (!classes.has(labels[i])) classes.set(labels[i], []);
    classes.get(labels[i])!.push(i);
  }
  // Each example at its place within its class, from 0 to 1: the n with the last places are the same
  // share of every class.
  const places = [...classes.values()].flatMap((members) =>
    members.map((i, at) => ({ i, place: (at + 0.5) / members.length })),
  );
  places.sort((a, b) => a.place - b.place || a.i - b.i);
  const numbers = Int32Array.from(places, ({ i }) => i);
  const from = labels.length - n;
  return { kept: numbers.slice(0, from).sort(), out: numbers.slice(from).sort() };
}
