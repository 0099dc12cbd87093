/** What runs are judged by: plain facts that training, tables and charts share. */

export type MetricName = 'accuracy' | 'perplexity';

/** Sums over predictions, from which every metric can be computed. */
export interface Score {
  /** Sum of the losses (nats). */
  loss: number;
  /** Correct predictions; 0 where nobody counts them. */
  correct: number;
  /** Predictions: examples classified, or words foretold. */
  n: number;
}

/** A metric. */
export interface Metric {
  name: MetricName;
  better: 'higher' | 'lower';
  /** Over a number of predictions. */
  of(score: Score): number;
  /** How it is printed: times `factor`, with `unit`, with so many digits in a table. */
  factor: number;
  unit: string;
  digits: number;
  /** What readers should know, as half a sentence. */
  meaning: string;
}

export const METRICS: Record<MetricName, Metric> = {
  accuracy: {
    name: 'accuracy',
    better: 'higher',
    of: ({ correct, n }) => correct / n,
    factor: 100,
    unit: ' %',
    digits: 2,
    meaning: 'the share of examples classified correctly: higher is better',
  },
  perplexity: {
    name: 'perplexity',
    better: 'lower',
    of: ({ loss, n }) => Math.exp(loss / n),
    factor: 1,
    unit: '',
    digits: 2,
    meaning:
      'the exponential of the mean loss a word, as many words as the model in effect hesitates between: lower is better',
  },
};

/** The best of some values; null when there are none. */
export function bestOf({ better }: Metric, values: number[]): number | null {
  if (values.length === 0) return null;
  return better === 'higher' ? Math.max(...values) : Math.min(...values);
}

/** A value as it is printed: '83.74 %', '115.02'. */
export function formatMetric(metric: Metric, value: number, digits = metric.digits): string {
  return `${(metric.factor * value).toFixed(digits)}${metric.unit}`;
}
