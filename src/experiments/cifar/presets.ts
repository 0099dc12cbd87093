import type { CifarClasses } from '../../data/cifar.js';
import type { Preset } from '../experiment.js';

/** The Lookahead paper's learning rate: a fifth from epochs 61, 121 and 161 on. */
const PAPER_SCHEDULE = { milestones: [60, 120, 160], gamma: 0.2 };

export const presets = (classes: CifarClasses): Record<string, Preset> => ({
  smoke: {
    description: 'does it run? A narrow ResNet-8 on generated images, seconds a run',
    epochs: 2,
    data: 'synthetic',
    checkpointEvery: '10',
    schedule: { milestones: [1], gamma: 0.2 },
    settings: { depth: 8, width: 8, averageDecay: 0.9, trainExamples: 1_280, valExamples: 400 },
  },
  quick: {
    description: `ResNet-8, undertrained: 4 epochs on a quarter of the images, 1 to 2 minutes a run${
      classes === 10 ? '; expect 40 to 55 %' : ''
    }`,
    note: 'a ResNet-8 (0.08 M parameters), not the ResNet-18 of the reported figures',
    epochs: 4,
    data: 'auto',
    schedule: { milestones: [3], gamma: 0.2 },
    settings: {
      ...{ depth: 8, width: 16, averageDecay: 0.98 },
      ...{ trainExamples: 12_800, valExamples: 2_000 },
    },
  },
  standard: {
    description:
      'ResNet-8, all images, 10 epochs: 10 to 20 minutes a run, estimated before it starts',
    note: 'a ResNet-8 (0.08 M parameters), not the ResNet-18 of the reported figures',
    epochs: 10,
    data: 'auto',
    long: true,
    schedule: { milestones: [5, 8], gamma: 0.1 },
    settings: { depth: 8, width: 16 },
  },
  deep: {
    description: `ResNet-20, all images, 40 epochs: two hours a run, estimated before it starts${
      classes === 10 ? '; He et al. come to 91.25 % (recalled) in 164 epochs' : ''
    }`,
    note: 'a ResNet-20 (0.27 M parameters), not the ResNet-18 of the reported figures',
    epochs: 40,
    data: 'auto',
    long: true,
    schedule: { milestones: [20, 32], gamma: 0.1 },
    settings: { depth: 20, width: 16 },
  },
  paper: {
    description:
      "the paper's configuration: ResNet-18, 200 epochs; about 9 days a run by steps of 9 s, estimated before it starts",
    asReported: true,
    epochs: 200,
    data: 'auto',
    long: true,
    schedule: PAPER_SCHEDULE,
  },
});
