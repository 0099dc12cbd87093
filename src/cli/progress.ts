/** Training's events as a progress bar on a terminal, and as plain lines elsewhere. */
import { Presets, SingleBar } from 'cli-progress';
import { formatMetric } from '../experiments/metric.js';
import { formatDuration } from '../report/format.js';
import type { EpochEvent, StepEvent, TrainingEvent } from '../training/events.js';
import { keyOf, metricIn } from '../training/results.js';

/** Seconds between two lines where there is no terminal. */
const LINE_EVERY = 10;

/** Draws one run's events on standard error; `label` says which run it is. */
export function showProgress(label: string): (event: TrainingEvent) => void {
  return process.stderr.isTTY ? bar(label) : lines(label);
}

function bar(label: string): (event: TrainingEvent) => void {
  const display = new SingleBar(
    {
      format: `${label} {bar} {percentage}% · {details}`,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      // The command has its own handlers, which let the run end first.
      gracefulExit: false,
      barsize: 20,
    },
    Presets.shades_classic,
  );
  return (event) => {
    if (event.type === 'step') {
      if (!display.isActive) {
        display.start(event.totalSteps, event.step, { details: details(event) });
      }
      display.update(event.step, { details: details(event) });
      return;
    }
    if (event.type === 'start') return;
    // After an epoch the line takes the bar's place, and the next step draws the bar below it. At
    // the end, whatever ended it, this gives the cursor back and stops the timer that redraws.
    display.stop();
    if (event.type === 'epoch') {
      print(`${label}: ${summary(event)}`);
    }
  };
}

function lines(label: string): (event: TrainingEvent) => void {
  let last = performance.now();
  return (event) => {
    if (event.type === 'epoch') {
      print(`${label}: ${summary(event)}`);
      last = performance.now();
    } else if (event.type === 'step' && performance.now() - last > 1000 * LINE_EVERY) {
      print(`${label}: step ${event.step} of ${event.totalSteps}, ${details(event)}`);
      last = performance.now();
    }
  };
}

const details = (event: StepEvent) =>
  `loss ${event.loss.toFixed(4)}, ${shown(event)}, ${event.stepsPerSecond.toFixed(1)} steps/s, ${formatDuration(event.secondsLeft)} left`;

function shown(event: StepEvent): string {
  const metric = metricIn(event);
  return `${metric.name} ${formatMetric(metric, event[metric.name]!, 1)}`;
}

function summary({ metrics, totalEpochs }: EpochEvent): string {
  const metric = metricIn(metrics);
  const value = formatMetric(metric, metrics[keyOf('val', metric)]!, 1);
  return `epoch ${metrics.epoch} of ${totalEpochs}, loss ${metrics.loss.toFixed(4)}, validation ${metric.name} ${value}, ${formatDuration(metrics.seconds)} in all`;
}

function print(line: string): void {
  process.stderr.write(`${line}\n`);
}
