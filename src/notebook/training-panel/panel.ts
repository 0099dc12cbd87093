import { join } from 'node:path';
import { validationChart } from '../../charts/learning-curves.js';
import { EXPERIMENTS, experimentNamed, type RunRequest } from '../../experiments/config.js';
import { escapeHtml } from '../../report/escape.js';
import { UsageError } from '../../runtime/errors.js';
import { didYouMean } from '../../spec/nearest.js';
import type { StartEvent, StepEvent, TrainingEvent } from '../../training/events.js';
import type { RunResult } from '../../training/results.js';
import { run, timeStamp } from '../../training/run.js';
import { interrupted } from '../ask.js';
import { curvesFigure, curvesOn, whatOf } from '../live-curves.js';
import { type LivePlot, livePlot } from '../live-plot.js';
import { HBox, VBox } from '../widgets/boxes.js';
import { Button } from '../widgets/button.js';
import { HTML } from '../widgets/shown.js';
import { type Controls, controlsFor } from './controls.js';

/** What is trained, and where. */
export interface PanelOptions {
  /** One of the kit's: 'imdb', 'cifar10', 'cifar100', 'ptb'. */
  experiment: string;
  /** Where the controls stand at first. Default: smoke. */
  preset?: string;
  /** One that the experiment compares, or a spec. Default: the first that it compares. */
  optimizer?: string;
  /** Holds a run directory a run. Default `runs/panel-TIME`. */
  folder?: string;
}

/** How many of the last runs are drawn. */
const OVERLAID = 6;

/** Time between two lines about how training goes (ms). */
const TELL_EVERY = 250;

type State = 'idle' | 'training' | 'paused';

/**
 * Controls for every hyperparameter of an experiment, buttons to train, pause, go on and stop, the
 * curves of the run as it goes, and those of the last runs laid over one another.
 *
 * @example
 * const panel = new TrainingPanel({ experiment: 'imdb' });
 * panel.show();
 * await panel.train();
 */
export class TrainingPanel {
  /** All that were trained, the newest last; one that is paused is not among them. */
  readonly runs: RunResult[] = [];
  private readonly controls: Controls;
  private readonly folder: string;
  private readonly buttons = {
    train: new Button({ description: 'Train', icon: 'play', kind: 'primary' }),
    pause: new Button({ description: 'Pause', icon: 'pause' }),
    goOn: new Button({
      ...{ description: 'Continue from here', icon: 'step-forward' },
      layout: { width: 'auto' },
    }),
    stop: new Button({ description: 'Stop', icon: 'stop', kind: 'danger' }),
  };
  private readonly status = new HTML('');
  private live: LivePlot | null = null;
  /** Draws on it what a run tells; null before the run has begun. */
  private draw: ReturnType<typeof curvesOn> | null = null;
  private overlaid: LivePlot | null = null;
  private state: State = 'idle';
  /** The run that trains or is paused. */
  private current: { request: RunRequest; runDir: string; result?: RunResult } | null = null;
  private controller = new AbortController();
  private told = 0;
  private count = 0;

  /** @throws UsageError for an experiment, preset or optimizer that does not exist. */
  constructor({ experiment, preset = 'smoke', optimizer, folder }: PanelOptions) {
    const [first] = Object.keys(experimentNamed(experiment).optimizers);
    this.controls = controlsFor({ experiment, preset, optimizer: optimizer ?? first });
    this.folder = folder ?? join('runs', `panel-${timeStamp()}`);
    const { train, pause, goOn, stop } = this.buttons;
    train.onClick(() => void this.train());
    pause.onClick(() => this.pause());
    goOn.onClick(() => void this.goOn());
    stop.onClick(() => this.stop());
    this.enter('idle');
  }

  /** Shows it under the running cell, once. */
  show(): void {
    const { widgets } = this.controls;
    const all = Object.values(widgets);
    const half = Math.ceil(all.length / 2);
    const columns = [all.slice(0, half), all.slice(half)].map((column) => new VBox(column));
    new VBox([new HBox(columns), new HBox(Object.values(this.buttons)), this.status]).show();
    this.live = livePlot(emptyCurves(this.controls.request()));
    this.overlaid = livePlot(validationChart(this.runs));
  }

  /** The control of a hyperparameter, to be read, moved or observed. */
  get widgets(): Controls['widgets'] {
    return this.controls.widgets;
  }

  /**
   * Moves controls, as by hand.
   *
   * @param values - by the names of {@link widgets}.
   * @throws UsageError for a name that no control has, and a value that its control cannot hold.
   * @example panel.set({ optimizer: 'lookahead-adam', k: 10 });
   */
  set(values: Record<string, number | string>): void {
    for (const [name, value] of Object.entries(values)) {
      if (!Object.hasOwn(this.widgets, name)) {
        throw new UsageError(
          `There is no control ${name}${didYouMean(name, Object.keys(this.widgets))}`,
        );
      }
      this.widgets[name].value = value as never;
    }
  }

  /**
   * Trains with what the controls say, until the run ends, is paused or stopped; a run that was
   * paused is given up.
   *
   * @returns the run; null where one is training already, or it could not be begun: the panel says why.
   */
  async train(): Promise<RunResult | null> {
    if (this.state === 'training') return null;
    this.giveUp();
    const request = this.controls.request();
    this.count++;
    this.current = { request, runDir: join(this.folder, String(this.count)) };
    this.draw = null;
    return this.carryOut(false);
  }

  /** Stops after the step that is being taken, and keeps what is needed to go on. */
  pause(): void {
    if (this.state === 'training') this.controller.abort();
  }

  /** Goes on with the run that is paused, to the same numbers as if it had not been. */
  async goOn(): Promise<RunResult | null> {
    return this.state === 'paused' ? this.carryOut(true) : null;
  }

  /** Ends the run that trains or is paused; what it has come to is kept among the runs. */
  stop(): void {
    if (this.state === 'training') this.controller.abort('stop');
    if (this.state !== 'paused') return;
    const { result } = this.current!;
    this.giveUp();
    if (result) this.say(endOf(result));
  }

  private async carryOut(resume: boolean): Promise<RunResult | null> {
    const current = this.current!;
    this.controller = new AbortController();
    const { signal } = this.controller;
    this.enter('training');
    this.say('getting ready …');
    try {
      const result = await run(current.request, {
        runDir: current.runDir,
        resume,
        signal: AbortSignal.any([signal, interrupted()]),
        onStatus: (status) => this.say(status),
        onEvent: (event) => this.take(event),
      });
      current.result = result;
      const paused = result.summary.status === 'interrupted' && signal.reason !== 'stop';
      if (paused) {
        this.enter('paused');
        this.say(`paused after step ${result.summary.steps}`);
      } else {
        this.giveUp();
        this.say(endOf(result));
      }
      return result;
    } catch (error) {
      this.current = null;
      this.enter('idle');
      this.say((error as Error).message);
      return null;
    } finally {
      this.live?.settle();
      this.overlaid?.settle();
    }
  }

  /** The run that was carried out so far is one of those drawn. */
  private giveUp(): void {
    if (this.current?.result) {
      this.runs.push(this.current.result);
      this.overlaid?.update(validationChart(this.runs.slice(-OVERLAID)));
    }
    this.current = null;
    this.enter('idle');
  }

  private take(event: TrainingEvent): void {
    if (event.type === 'end') return;
    if (event.type === 'start') {
      this.begin(event);
      return;
    }
    this.draw?.(event);
    const now = Date.now();
    if (event.type !== 'step' || now - this.told < TELL_EVERY) return;
    this.told = now;
    this.say(stepText(event));
  }

  /** Empties the chart for a run, but not for one that goes on. */
  private begin(event: StartEvent): void {
    if (this.live === null || this.draw !== null) return;
    const { optimizer } = this.current!.request;
    this.live.update(curvesFigure(optimizer, event.metric, whatOf(event)));
    this.draw = curvesOn(this.live);
  }

  private enter(state: State): void {
    this.state = state;
    // What goes on after a pause is what was begun, whatever the controls were moved to.
    this.controls.disabled = state !== 'idle';
    const { train, pause, goOn, stop } = this.buttons;
    train.disabled = state === 'training';
    pause.disabled = state !== 'training';
    goOn.disabled = state !== 'paused';
    stop.disabled = state === 'idle';
  }

  private say(text: string): void {
    this.status.value = escapeHtml(text);
  }
}

const stepText = ({ step, totalSteps, epoch, stepsPerSecond, secondsLeft }: StepEvent) =>
  `epoch ${epoch}, step ${step} of ${totalSteps}, ${stepsPerSecond.toFixed(1)} steps/s, ${Math.ceil(secondsLeft)} s left`;

function endOf({ summary, directory }: RunResult): string {
  const { status, steps, message } = summary;
  const how = { completed: 'trained to its end', interrupted: 'stopped', diverged: 'diverged' };
  const why = status === 'diverged' && message ? ` (${message.replace(/\.$/, '')})` : '';
  return `${how[status]} after step ${steps}${why}; kept in ${directory}`;
}

const emptyCurves = ({ experiment, optimizer }: RunRequest) =>
  curvesFigure(optimizer, EXPERIMENTS[experiment].metric, []);
