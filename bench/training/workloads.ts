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

export interface Workload {
  name: string;
  batch: number;
  model: Model;
  optimizer: 'adam' | 'momentum' | 'sgd';
  rate: number;
  /** A learning rate that at least halves the loss on one batch in 20 steps. */
  checkRate: number;
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

const adam = { batch: 32, optimizer: 'adam', rate: 1e-3, checkRate: 3e-3 } as const;
const momentum = { batch: 128, optimizer: 'momentum', rate: 0.01, checkRate: 0.1 } as const;

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
    checkRate: 4,
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
        checkRate: 0.05,
        model: { ...model, vocabulary: 20, time: 5, width: 4, units: 4 },
      };
    case 'cifar':
      return { ...workload, batch: 4, model: { ...model, width: 8 } };
    case 'ptb':
      return {
        ...workload,
        batch: 4,
        checkRate: 2,
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
