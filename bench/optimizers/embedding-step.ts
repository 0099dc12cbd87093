/** A lazy step against the dense one, against itself at another vocabulary, and against PyTorch. */
import { findPython } from '../python/environment.js';
import type { Part, Request, Row } from '../suite.js';
import { alternate, type Schedule, type Summary, timeRow } from '../timing.js';
import {
  type EmbeddingSide,
  type EmbeddingWorkload,
  embeddingSide,
  zipfBatches,
} from './embedding.js';
import { startTorch } from './torch-side.js';

const NAME = 'LazyOptimizer(adam)';

/** The vocabularies of the suite, each smaller by a thousandth in a smoke run. */
const sizes = ({ smoke }: Request, ...full: number[]) =>
  smoke ? full.map((size) => size / 1000) : full;

const widthOf = ({ smoke }: Request) => (smoke ? 4 : 128);

const scheduleOf = ({ smoke }: Request): Schedule =>
  smoke ? { warmUp: 1, blocks: 2, blockMs: 1 } : {};

const workload = (request: Request, vocabulary: number): EmbeddingWorkload => ({
  vocabulary,
  width: widthOf(request),
  ids: zipfBatches(vocabulary),
});

/** Against `tf.train.adam` and our `adam` by TensorFlow's fused op, which move every row of the table. */
export const denseTable: Part = {
  name: 'dense',
  async *measure(request) {
    const [small, large] = sizes(request, 20_000, 500_000);
    for (const [vocabulary, timesFaster] of [
      [small, 5],
      [large, 60],
    ]) {
      const work = workload(request, vocabulary);
      yield* await holding(
        [embeddingSide('lazy', work), embeddingSide('dense', work), embeddingSide('fused', work)],
        async (sides): Promise<Row[]> => {
          const [lazy, dense, fused] = await alternate(sides, scheduleOf(request));
          const row = (other: string, summary: Summary, limit: number) =>
            timeRow(
              { name: NAME, vocabulary, other },
              [lazy, summary],
              { timesFaster: limit },
              !request.smoke,
            );
          return [
            row('tf.train.adam', dense, timesFaster),
            row('adam of lazyahead, every row', fused, 1),
          ];
        },
      );
    }
  },
};

/** Against itself at a smaller vocabulary, where it samples just as many distinct rows. */
export const vocabularies: Part = {
  name: 'vocabulary',
  async *measure(request) {
    const [small, large] = sizes(request, 20_000, 1_000_000);
    const near = workload(request, small);
    // The same tokens, the rows between them never sampled.
    const far = { ...near, vocabulary: large, ids: near.ids.map((id) => id * (large / small)) };
    yield await holding(
      [embeddingSide('lazy', far), embeddingSide('lazy', near)],
      async (sides): Promise<Row> => {
        const other = `itself at ${small.toLocaleString('en')}, as many distinct rows`;
        const summaries = await alternate(sides, scheduleOf(request));
        const what = { name: NAME, vocabulary: large, other };
        return timeRow(what, summaries, { timesAsMuch: 1.2 }, !request.smoke);
      },
    );
  },
};

/** Against PyTorch's `Embedding(sparse=True)` with `SparseAdam`, on the same tokens. */
export const pytorch: Part = {
  name: 'pytorch',
  async *measure(request, say) {
    if (!request.python) {
      say('The PyTorch rows are left out: --no-python.');
      return;
    }
    const torch = await findPython(['torch'], say);
    if ('reason' in torch) {
      say(`The PyTorch rows are skipped: ${torch.reason}`);
      return;
    }
    say(`PyTorch ${torch.versions.torch} (${torch.python}), ${request.threads[0]} thread(s)`);
    for (const vocabulary of sizes(request, 20_000, 500_000)) {
      const work = workload(request, vocabulary);
      const sides = [
        embeddingSide('lazy', work),
        await startTorch(torch.python, work, request.threads[0]),
      ];
      yield await holding(sides, async (): Promise<Row> => {
        const other = 'PyTorch Embedding(sparse=True), SparseAdam';
        const summaries = await alternate(sides, scheduleOf(request));
        const what = { name: NAME, vocabulary, other };
        return timeRow(what, summaries, { timesAsMuch: 1.5 }, !request.smoke);
      });
    }
  },
};

/** Disposes the sides afterwards: their tables fit into memory only one pair after another. */
async function holding<T>(
  sides: EmbeddingSide[],
  use: (sides: EmbeddingSide[]) => Promise<T>,
): Promise<T> {
  try {
    return await use(sides);
  } finally {
    for (const side of sides) side.dispose();
  }
}
