import type { CifarClasses } from '../../data/cifar.js';
import type { ReportedFigure } from '../experiment.js';

const source = 'Zhang et al. 2019 (arXiv 1907.08610), ResNet-18 after 200 epochs';

const figure = (
  optimizer: string,
  percent: number,
  mark: ReportedFigure['mark'],
): ReportedFigure => ({
  optimizer,
  value: percent / 100,
  text: `${percent.toFixed(2)} %`,
  source,
  mark,
});

export const reported: Record<CifarClasses, ReportedFigure[]> = {
  10: [
    figure('sgd', 95.23, 'quoted'),
    figure('polyak', 95.26, 'recalled'),
    figure('adamw', 94.84, 'quoted'),
    figure('lookahead-sgd', 95.27, 'quoted'),
  ],
  100: [
    figure('sgd', 78.24, 'quoted'),
    figure('polyak', 77.99, 'recalled'),
    figure('adamw', 76.88, 'recalled'),
    figure('lookahead-sgd', 78.34, 'quoted'),
  ],
};
