import type { ReportedFigure } from '../experiment.js';

const source =
  'Zhang et al. 2019 (arXiv 1907.08610), AWD-LSTM (3 × 1150) after 750 epochs, validation';

const figure = (optimizer: string, value: number): ReportedFigure => ({
  optimizer,
  value,
  text: value.toFixed(2),
  source,
  mark: 'recalled',
});

export const reported: ReportedFigure[] = [
  figure('sgd', 66),
  figure('lookahead-sgd', 65.1),
  figure('adam', 61.64),
  figure('lookahead-adam', 60.28),
  {
    optimizer: 'sgd',
    value: 115,
    text: 'about 115 (test)',
    source: 'Zaremba et al. 2014 (arXiv 1409.2329), their small model after 13 epochs, test',
    mark: 'recalled',
    preset: 'standard',
    on: 'test',
  },
];
