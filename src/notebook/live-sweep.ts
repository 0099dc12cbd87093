import { join } from 'node:path';
import { datasetLabel, type Figure, optimizerStyle } from '../charts/figure.js';
import { type HeatMapCell, heatMapChart } from '../charts/heat-map.js';
import { wrapText } from '../charts/wrap-text.js';
import { experimentNamed } from '../experiments/config.js';
import type { HyperparameterValue } from '../experiments/experiment.js';
import { METRICS } from '../experiments/metric.js';
import { cellApi } from '../runtime/cell-api.js';
import { UsageError } from '../runtime/errors.js';
import { sampleOf } from '../statistics/sample.js';
import type { Trial } from '../sweeps/engine.js';
import { LocalEngine } from '../sweeps/local.js';
import { planSweep, type SweepRequest } from '../sweeps/plan.js';
import { runSweep } from '../sweeps/sweep.js';
import { type Sweep, SweepDirectory } from '../sweeps/sweep-directory.js';
import { sensibleWorkers } from '../sweeps/workers.js';
import { resultOf } from '../training/results.js';
import { timeStamp } from '../training/run.js';
import { interrupted } from './ask.js';
import { livePlot } from './live-plot.js';
import { progress } from './progress-bar.js';

/** Where a sweep goes and how many of its trials run at a time. */
export interface LiveSweepOptions {
  /** Default `runs/sweep-EXPERIMENT-TIME`; one that holds a part of the sweep is continued. */
  folder?: string;
  /** Default: one a core. */
  workers?: number;
}

/**
 * Carries a sweep out, each trial in a process of its own, and shows a heat map that fills in as the
 * trials end: one hyperparameter against another, or against optimizers. An interrupt stops it; the
 * same call with the same folder goes on.
 *
 * @throws UsageError for a request that cannot be carried out, or that varies neither one nor two
 *   hyperparameters.
 * @example
 * await liveSweep({ experiment: 'imdb', preset: 'smoke', optimizers: ['lookahead-adam'],
 *   grid: { k: [2, 5, 10], alpha: [0.2, 0.5, 0.8] } });
 */
export async function liveSweep(
  request: SweepRequest,
  { folder, workers }: LiveSweepOptions = {},
): Promise<Sweep> {
  const trials = await planSweep(request, {});
  const field = fieldOf(trials);
  const path = folder ?? join('runs', `sweep-${request.experiment}-${timeStamp()}`);
  const directory = SweepDirectory.open(path, request.experiment, trials);
  try {
    return await carryOut(directory, field, sensibleWorkers(workers, 1).workers);
  } finally {
    directory.close();
  }
}

/** Carries out what a directory plans, shown as a map and a bar. */
async function carryOut(directory: SweepDirectory, field: Field, workers: number): Promise<Sweep> {
  const chart = livePlot(mapOf(directory.read(), field));
  const bar = progress(directory.trials.length, { label: 'trials' });
  bar.moveTo(directory.read().runs.size);
  const work = runSweep(directory, {
    engine: new LocalEngine({ workers, scratch: directory.unfinished }),
    signal: interrupted(),
    onEvent(event, _trial, { ended, failed }) {
      if (event.type !== 'ended' && event.type !== 'failed') return;
      bar.moveTo(ended + failed);
      chart.update(mapOf(directory.read(), field));
    },
  });
  // Its trials are processes, which take a moment to stop.
  cellApi()?.finishes(work);
  try {
    const sweep = await work;
    bar.done();
    return sweep;
  } catch (error) {
    bar.fail();
    throw error;
  } finally {
    chart.close();
  }
}

/** Which place of the map a trial has. */
interface Field {
  xTitle: string;
  yTitle: string;
  x: (trial: Trial) => HyperparameterValue;
  y: (trial: Trial) => HyperparameterValue;
}

function fieldOf(trials: Trial[]): Field {
  const names = [...new Set(trials.flatMap(({ parameters }) => Object.keys(parameters)))];
  const [xTitle, yTitle] = names;
  const value = (name: string) => (trial: Trial) => trial.parameters[name] ?? '–';
  if (names.length === 2) return { xTitle, yTitle, x: value(xTitle), y: value(yTitle) };
  if (names.length === 1) {
    const y = ({ request }: Trial) => optimizerStyle(request.optimizer).label;
    return { xTitle, yTitle: 'Optimizer', x: value(xTitle), y };
  }
  throw new UsageError(
    `A heat map has one or two hyperparameters, not ${names.length}: give a grid such as { k: [5, 10], alpha: [0.5, 0.8] }.`,
  );
}

/** Characters in a line that a phone shows whole. */
const WIDTH = 50;

const shown = (name: string) => (name === 'alpha' ? 'α' : name);

/** The means over seeds of the trials that have ended. */
function mapOf({ experiment, trials, runs }: Sweep, field: Field): Figure {
  const metric = METRICS[experimentNamed(experiment).metric];
  const places = new Map<string, HeatMapCell & { values: number[] }>();
  for (const trial of trials) {
    const [x, y] = [field.x(trial), field.y(trial)];
    const key = JSON.stringify([x, y]);
    const place = places.get(key) ?? { x, y, mean: null, confidence: null, n: 0, values: [] };
    const run = runs.get(trial.id);
    const best = run && resultOf(run.summary).best;
    if (typeof best === 'number') place.values.push(best);
    places.set(key, place);
  }
  const cells = [...places.values()].map(({ values, ...place }): HeatMapCell => {
    const sample = sampleOf(values);
    if (!sample) return place;
    return { ...place, mean: sample.mean, confidence: sample.confidence, n: values.length };
  });
  const [first] = runs.values();
  const { preset = 'quick' } = trials[0].request;
  const seeds = new Set(trials.map(({ request }) => request.seed ?? 1));
  const optimizers = new Set(trials.map(({ request }) => request.optimizer));
  const what = [
    ...(first ? [datasetLabel(first.summary.dataset)] : []),
    `preset\u00a0${preset}`,
    ...(optimizers.size === 1 ? [optimizerStyle([...optimizers][0]).label] : []),
    seeds.size === 1 ? `seed\u00a0${[...seeds][0]}` : `${seeds.size} seeds`,
    `${runs.size} of ${trials.length} trials`,
  ];
  return heatMapChart({
    title: `Best validation ${metric.name}`,
    subtitles: wrapText(what.join(', '), WIDTH),
    ...{ xTitle: shown(field.xTitle), yTitle: shown(field.yTitle), metric, cells },
  });
}
