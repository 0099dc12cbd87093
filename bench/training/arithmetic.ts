/** How much arithmetic a training step is at least. */
import type { CifarModel, Workload } from './workloads.js';

/**
 * Multiply-adds of a training step's matrix products and convolutions. Each is computed once forwards
 * and twice backwards, for the gradients of its inputs and of its weights; nothing needs the gradient
 * of the images. Lookups, gates, normalization and the optimizer's step are left out.
 */
export function multiplyAdds({ batch, model }: Workload): number {
  switch (model.family) {
    case 'imdb':
      return 3 * batch * (model.time * lstm(model.width, model.units) + model.units);
    case 'ptb': {
      const word = model.depth * lstm(model.units, model.units) + model.units * model.vocabulary;
      return 3 * batch * model.time * word;
    }
    case 'cifar': {
      const { first, others } = resnet(model);
      return batch * (2 * first + 3 * others);
    }
  }
}

/** A step of an LSTM: its four gates' products with the input and with the state before. */
const lstm = (inputs: number, units: number) => 4 * units * (inputs + units);

/** Of one image: the first convolution, and all others with the last layer. */
function resnet({ depth, width, classes }: CifarModel): { first: number; others: number } {
  const first = 32 * 32 * 9 * 3 * width;
  const blocks = (depth - 2) / 6;
  let others = 4 * width * classes;
  for (let stage = 0; stage < 3; stage++) {
    const channels = width * 2 ** stage;
    const pixels = (32 / 2 ** stage) ** 2;
    others += (2 * blocks * 9 - (stage === 0 ? 0 : 9)) * pixels * channels ** 2;
    // The convolution that enters a stage, and its shortcut of 1 × 1, have half the channels.
    if (stage > 0) others += (9 + 1) * pixels * (channels / 2) * channels;
  }
  return { first, others };
}
