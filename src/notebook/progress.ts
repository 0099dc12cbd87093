import { formatMetric } from '../experiments/metric.js';
import type { EpochEvent, StepEvent, TrainingEvent } from '../training/events.js';
import { keyOf, metricIn } from '../training/results.js';
import { replaceableDisplay } from './display.js';
import { type BarGroup, barGroup, type Ending, type Row } from './progress-group.js';
import { bar, clock } from './progress-text.js';

/**
 * A listener for training events that keeps a bar under the cell up to date; outside a notebook
 * it prints a line an epoch.
 *
 * @param label - what is trained: 'Lazy(Adam)'.
 * @example
 * await run(
 *   { experiment: 'imdb', preset: 'smoke', optimizer: 'adam', seed: 1 },
 *   { onEvent: showProgress('Adam') },
 * );
 */
export function showProgress(label: string): (event: TrainingEvent) => void {
  if (!replaceableDisplay()) {
    return (event) => {
      if (event.type === 'epoch') console.log(epochLine(label, event));
    };
  }
  const row: { -readonly [K in keyof Row]: Row[K] } = {
    share: 0,
    label,
    details: '',
    line: label,
    ending: null,
  };
  let group: BarGroup | null = null;
  const end = (ending: Ending) => {
    row.ending = ending;
    group?.remove(row);
  };
  return (event) => {
    if (event.type === 'start') return;
    // A run that was resumed, or another one told to the same listener.
    if (event.type !== 'end' && (!group || row.ending)) {
      row.ending = null;
      group = barGroup();
      group.add(row);
    }
    if (event.type === 'step') {
      row.share = event.step / event.totalSteps;
      row.line = stepLine(label, event);
      row.details = row.line.split('  ').slice(3).join('  ');
      group?.draw();
    } else if (event.type === 'epoch') {
      row.line = epochLine(label, event);
      row.details = row.line.slice(label.length + 2);
      group?.draw();
      if (event.metrics.epoch === event.totalEpochs) end('done');
    } else if (!row.ending) {
      end(ENDINGS[event.status]);
    }
  };
}

const ENDINGS = {
  completed: 'done',
  interrupted: 'interrupted',
  diverged: 'failed',
  failed: 'failed',
} as const;

/** `Adam  ███████░░░░░░░░░░░░░  35 %  epoch 2  loss 0.412  accuracy 81.3 %  7.2 steps/s  1:02 left` */
export function stepLine(label: string, event: StepEvent): string {
  const share = event.step / event.totalSteps;
  const metric = metricIn(event);
  return [
    label,
    bar(share),
    `${Math.floor(100 * share)} %`.padStart(5),
    `epoch ${event.epoch}`,
    `loss ${event.loss.toFixed(3)}`,
    `${metric.name} ${formatMetric(metric, event[metric.name]!, 1)}`,
    `${event.stepsPerSecond.toFixed(1)} steps/s`,
    `${clock(event.secondsLeft)} left`,
  ].join('  ');
}

/** `Adam  epoch 2/3  loss 0.301  accuracy 87.4 %  validation loss 0.421  accuracy 81.9 %  0:41` */
export function epochLine(label: string, { metrics, totalEpochs }: EpochEvent): string {
  const metric = metricIn(metrics);
  const value = (v: number | undefined) => `${metric.name} ${formatMetric(metric, v!, 1)}`;
  return [
    label,
    `epoch ${metrics.epoch}/${totalEpochs}`,
    `loss ${metrics.loss.toFixed(3)}`,
    value(metrics[metric.name]),
    `validation loss ${metrics.valLoss.toFixed(3)}`,
    value(metrics[keyOf('val', metric)]),
    clock(metrics.seconds),
  ].join('  ');
}
