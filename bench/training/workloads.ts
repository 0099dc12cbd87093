/** What the suite `training` trains, as data. */

/** An embedding, an LSTM and one logistic output. */
export interface ImdbModel {
  family: 'imdb';
  vocabulary: number;
  /** Tokens of a review. */
  time: number;
  /** Of an embedded word. */
  width: number;
  units: number;
  /** Of the inputs and of the recurrent inputs alike. */
  dropout: number;
  gates: 'sigmoid' | 'hardSigmoid';
  masks: 'shared' | 'perGate';
}

/** A residual network on images 32 × 32 × 3. */
export interface CifarModel {
  family: 'cifar';
  depth: number;
  width: number;
  classes: number;
}

/** A language model: an embedding, LSTMs, a softmax over all words. */
export interface PtbModel {
  family: 'ptb';
  vocabulary: number;
  time: number;
  units: number;
  depth: number;
}

export type Model = ImdbModel | CifarModel | PtbModel;

/** Steps on the first examples of the first batch. */
export interface Check {
  /**
   * As few as will do where ReLUs are: of some million inputs a few are as near to 0 as rounding
   * goes, and each that falls on the other side of it in another library moves all gradients before
   * it by a thousandth.
   */
  examples: number;
  /** One that at least halves the loss in 20 steps. */
  rate: number;
}

export interface Workload {
  name: string;
  batch: number;
  model: Model;
  optimizer: 'adam' | 'momentum' | 'sgd';
  rate: number;
  /** What all sides are to compute alike, before anything is timed. */
  check: Check;
  /** Most that ours may take, as a multiple of another's time. Stock tf.layers: 1 everywhere. */
  atMost: { keras: number; torch?: number };
}

const IMDB: ImdbModel = {
  family: 'imdb',
  vocabulary: 20_000,
  time: 80,
  width: 128,
  units: 128,
  dropout: 0.2,
  gates: 'sigmoid',
  masks: 'shared',
};

const adam = {
  batch: 32,
  optimizer: 'adam',
  rate: 1e-3,
  check: { examples: 32, rate: 1e-3 },
} as const;
const momentum = {
  batch: 128,
  optimizer: 'momentum',
  rate: 0.01,
  check: { examples: 4, rate: 0.02 },
} as const;

/** The workloads, or the same with tiny sizes. */
export function workloads(smoke: boolean): Workload[] {
  return smoke ? WORKLOADS.map(tiny) : WORKLOADS;
}

const WORKLOADS: Workload[] = [
  // PyTorch has no recurrent dropout.
  { name: 'imdb', ...adam, model: IMDB, atMost: { keras: 0.7 } },
  {
    name: 'imdb-article',
    ...adam,
    model: { ...IMDB, gates: 'hardSigmoid', masks: 'perGate' },
    atMost: { keras: 0.7 },
  },
  {
    name: 'imdb-nodropout',
    ...adam,
    model: { ...IMDB, dropout: 0 },
    atMost: { keras: 0.8, torch: 1.5 },
  },
  ...[8, 20].map(
    (depth): Workload => ({
      name: `cifar-resnet${depth}`,
      ...momentum,
      model: { family: 'cifar', depth, width: 16, classes: 10 },
      atMost: { keras: 1, torch: 1.2 },
    }),
  ),
  {
    name: 'ptb-small',
    batch: 20,
    model: { family: 'ptb', vocabulary: 10_000, time: 20, units: 200, depth: 2 },
    optimizer: 'sgd',
    rate: 0.5,
    check: { examples: 1, rate: 2 },
    atMost: { keras: 0.9, torch: 1.2 },
  },
];

function tiny(workload: Workload): Workload {
  const { model } = workload;
  switch (model.family) {
    case 'imdb':
      return {
        ...workload,
        batch: 4,
        check: { examples: 4, rate: 0.05 },
        model: { ...model, vocabulary: 20, time: 5, width: 4, units: 4 },
      };
    case 'cifar':
      return { ...workload, batch: 4, model: { ...model, width: 8 } };
    case 'ptb':
      return {
        ...workload,
        batch: 4,
        check: { examples: 4, rate: 2 },
        model: { ...model, vocabulary: 6, time: 2, units: 16 },
      };
  }
}

/** Without dropout, so that all sides compute the same. */
export function withoutDropout(workload: Workload): Workload {
  const { model } = workload;
  return model.family === 'imdb' ? { ...workload, model: { ...model, dropout: 0 } } : workload;
}

/** What Keras trains beside a workload: it has neither masks a gate nor Keras 2's hard sigmoid. */
export function besideIn(workload: Workload): Workload {
  const { model } = workload;
  return model.family === 'imdb'
    ? { ...workload, model: { ...model, gates: 'sigmoid', masks: 'shared' } }
    : workload;
}
