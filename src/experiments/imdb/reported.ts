import type { ReportedFigure } from '../experiment.js';

const source = 'Su Jianlin, article of 2019-07-30 (Keras 2.2, best of 15 epochs, no seeds given)';

export const reported: ReportedFigure[] = [
  { optimizer: 'adam', value: 0.837, text: 'about 83.7 %', source, mark: 'read' },
  { optimizer: 'lazy-adam', value: 0.849, text: 'about 84.9 %', source, mark: 'read' },
];
