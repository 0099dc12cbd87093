import type { Preset } from '../experiment.js';

/** Zaremba et al.'s rates: halved after each epoch from the fourth on. */
const halvedFrom = (epoch: number, epochs: number) => ({
  milestones: Array.from({ length: epochs - epoch }, (_, i) => epoch + i),
  gamma: 0.5,
});

export const presets: Record<string, Preset> = {
  smoke: {
    description: 'does it run? A small model on generated text, seconds a run',
    epochs: 2,
    data: 'synthetic',
    checkpointEvery: '10',
    schedule: { milestones: [1], gamma: 0.5 },
    settings: {
      ...{ units: 32, embeddingSize: 32 },
      ...{ trainWords: 20_000, valWords: 4_000, testWords: 4_000 },
    },
  },
  quick: {
    description:
      "Zaremba et al.'s small model, undertrained: a fifteenth of the text, 1 to 2 minutes a run; expect perplexities of 500 to 800",
    note: "Zaremba et al.'s small model (4.65 M parameters), not the AWD-LSTM of the reported figures; validated and tested on the first 5,000 words",
    epochs: 3,
    data: 'auto',
    schedule: { milestones: [2], gamma: 0.5 },
    settings: { trainWords: 60_000, valWords: 5_000, testWords: 5_000 },
  },
  standard: {
    description:
      "Zaremba et al.'s small model and training, 13 epochs: 40 to 80 minutes a run, estimated before it starts",
    note: 'the reported test perplexity is that after 13 epochs, ours that of the epoch which is best on the validation data',
    asReported: true,
    epochs: 13,
    data: 'auto',
    long: true,
    schedule: halvedFrom(4, 13),
  },
  medium: {
    description:
      "Zaremba et al.'s medium model (2 × 650, dropout 0.5), 39 epochs: a day or more a run, estimated before it starts; they come to about 83 (recalled)",
    note: "Zaremba et al.'s medium model, whose test perplexity they report as about 83 (recalled); not the AWD-LSTM of the reported figures",
    epochs: 39,
    data: 'auto',
    long: true,
    schedule: { milestones: Array.from({ length: 33 }, (_, i) => 6 + i), gamma: 1 / 1.2 },
    settings: {
      ...{ units: 650, embeddingSize: 650, steps: 35, initialScale: 0.05 },
      ...{ inputDropout: 0.5, hiddenDropout: 0.5, outputDropout: 0.5 },
    },
  },
  paper: {
    description:
      "of the Lookahead paper's size: 3 × 1150, 750 epochs; about 45 days a run by steps of 30 s, estimated before it starts. Of AWD-LSTM's regularisers it has tied weights, locked dropout of 0.65, 0.3 and 0.4, and weight decay; it lacks weight drop, embedding dropout, the penalties AR and TAR, and batches of random length",
    note: "of the paper's size, not its training: it lacks AWD-LSTM's weight drop, embedding dropout, the penalties AR and TAR, and batches of random length; SGD's rate of 30 is AWD-LSTM's (recalled)",
    epochs: 750,
    data: 'auto',
    long: true,
    batchSize: 80,
    schedule: { factor: 0.5, patience: 15 },
    hyperparameters: { sgd: { lr: 30 }, 'lookahead-sgd': { lr: 30, k: 10, alpha: 0.5 } },
    settings: {
      ...{ units: 1150, embeddingSize: 400, depth: 3, steps: 70 },
      ...{ inputDropout: 0.65, hiddenDropout: 0.3, outputDropout: 0.4, dropoutMasks: 'locked' },
      ...{ tied: 'yes', loss: 'mean', clip: 0.25, weightDecay: 1.2e-6 },
    },
  },
};
