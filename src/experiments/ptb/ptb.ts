/** Language models on the Penn Treebank: Zaremba et al. 2014, and the size of the Lookahead paper's. */
import * as tf from '@tensorflow/tfjs-core';
import { loadPtb } from '../../data/ptb.js';
import { datasetInfo } from '../dataset-info.js';
import type { Experiment, RunConfig, TrainingSet } from '../experiment.js';
import { loadingStatus } from '../loading.js';
import { languageModel, languageModelLoss, stateSizes } from './model.js';
import { optimizers } from './optimizers.js';
import { presets } from './presets.js';
import { reported } from './reported.js';
import { nonEmptyBatches } from './text.js';

/** Zaremba et al.'s small model, on the whole text. */
const SMALL = {
  units: 200,
  embeddingSize: 200,
  depth: 2,
  steps: 20,
  initialScale: 0.1,
  inputDropout: 0,
  hiddenDropout: 0,
  outputDropout: 0,
  dropoutMasks: 'perStep',
  tied: 'no',
  /** What is minimised: the loss summed over a batch's steps, or its mean. */
  loss: 'summed',
  clip: 5,
  weightDecay: 0,
  trainWords: 929_589,
  valWords: 73_760,
  testWords: 82_430,
};

type Settings = typeof SMALL;
const settingsOf = (config: Pick<RunConfig, 'settings'>) => config.settings as Settings;

/** Rows in which texts are read that are only evaluated; fewer would take longer. */
const EVALUATED_ROWS = 20;

export const ptb: Experiment = {
  name: 'ptb',
  title: 'Penn Treebank: LSTM language models of 10,000 words',
  metric: 'perplexity',
  defaults: { batchSize: 20, lr: 1, k: 10, alpha: 0.5, settings: SMALL },
  choices: { dropoutMasks: ['perStep', 'locked'], tied: ['no', 'yes'], loss: ['summed', 'mean'] },
  rates: ['inputDropout', 'hiddenDropout', 'outputDropout', 'weightDecay'],
  positive: ['clip', 'initialScale'],
  presets,
  optimizers,
  compared: Object.keys(optimizers),
  reported,
  robustness: {
    inner: 'adam',
    lookahead: 'lookahead-adam',
    rates: [3e-4, 1e-3, 3e-3, 1e-2, 3e-2],
  },

  async load(config, { signal, onStatus }) {
    const { steps, trainWords } = settingsOf(config);
    const text = await loadPtb({
      source: config.data,
      signal,
      onProgress: loadingStatus('the text', onStatus),
      onStatus,
    });
    if (text.info.reason !== undefined) {
      onStatus?.(`${text.info.reason} Training on generated text instead.`);
    }
    const words = text.train.subarray(0, trainWords);
    const trained = (rows: number) =>
      nonEmptyBatches(
        words,
        { rows, steps, toTheEnd: false },
        (least) => `lower the batch size, or raise trainWords to ${least}`,
      );
    const evaluated = (ids: Int32Array, setting: 'valWords' | 'testWords') =>
      nonEmptyBatches(
        ids.subarray(0, settingsOf(config)[setting]),
        { rows: EVALUATED_ROWS, steps, toTheEnd: true },
        (least) => `raise ${setting} to ${least}`,
      );
    // Refused now rather than when the run has begun.
    trained(config.batchSize);
    const train: TrainingSet = {
      n: words.length,
      epoch: ({ batchSize }) => trained(batchSize),
    };
    const val = evaluated(text.valid, 'valWords');
    const test = evaluated(text.test, 'testWords');
    const parts = { train, val, test };
    return { info: datasetInfo(text.info, parts), ...parts };
  },

  build: (config) =>
    languageModel({ ...optionsOf(config), carriesStates: true, seed: config.seed }),

  initialStates: (config, batchSize) =>
    stateSizes(optionsOf(config)).flatMap((size) => [
      tf.zeros([batchSize, size]),
      tf.zeros([batchSize, size]),
    ]),

  loss: (next, logits) => languageModelLoss(next as tf.Tensor2D, logits as tf.Tensor3D),

  lossScale(config) {
    const { loss, steps } = settingsOf(config);
    return loss === 'summed' ? steps : 1;
  },
};

function optionsOf(config: Pick<RunConfig, 'settings'>) {
  const s = settingsOf(config);
  const { units, embeddingSize, depth, initialScale } = s;
  return {
    ...{ units, embeddingSize, depth, initialScale },
    dropout: { input: s.inputDropout, hidden: s.hiddenDropout, output: s.outputDropout },
    locked: s.dropoutMasks === 'locked',
    tied: s.tied === 'yes',
  };
}
