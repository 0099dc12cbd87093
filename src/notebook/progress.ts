import { formatMetric } from '../experiments/metric.js';
import type { EpochEvent, StepEvent, TrainingEvent } from '../training/events.js';
import { keyOf, metricIn } from '../training/results.js';
import { replaceableDisplay } from './display.js';

/** Shortest time between two redraws of a line (ms): quick enough to look alive. */
const REDRAW_EVERY = 250;

/**
 * A listener for training events that keeps one line under the cell up to date; outside a notebook
 * it prints a line an epoch.
 *
 * @param label - what is trained: 'Lazy(Adam)'.
 * @example await train(experiment, { onEvent: showProgress('Adam') });
 */
export function showProgress(label: string): (event: TrainingEvent) => void {
  const replace = replaceableDisplay();
  let lastDrawn = 0;
  return (event) => {
    if (event.type === 'end') return;
    if (!replace) {
      if (event.type === 'epoch') console.log(epochLine(label, event));
      return;
    }
    const now = Date.now();
    if (event.type === 'step' && now - lastDrawn < REDRAW_EVERY) return;
    lastDrawn = now;
    const line = event.type === 'step' ? stepLine(label, event) : epochLine(label, event);
    replace({ 'text/plain': line });
  };
}

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

const BAR_WIDTH = 20;

function bar(share: number): string {
  const filled = Math.round(BAR_WIDTH * share);
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}

/** Seconds as `m:ss`. */
function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
