/** A sweep's events on standard error: a bar a trial on a terminal, a line a finished trial always. */
import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import { bestText, formatCount, formatDuration } from '../report/format.js';
import { visibleText } from '../runtime/visible-text.js';
import type { Trial, TrialEvent } from '../sweeps/engine.js';
import { labelOf } from '../sweeps/plan.js';
import type { Outlook, Progress } from '../sweeps/sweep.js';
import type { RunResult } from '../training/results.js';

/** Seconds between two lines on the trials that run, where there is no terminal. */
const LINE_EVERY = 30;

/** Who is told of a sweep. */
export interface SweepDisplay {
  outlook(outlook: Outlook): void;
  event(event: TrialEvent, trial: Trial, progress: Progress, run?: RunResult): void;
  /** Shows a line that stays. */
  tell(line: string): void;
  stop(): void;
}

/** Shows a sweep on standard error. */
export function showSweep(): SweepDisplay {
  const bars = process.stderr.isTTY ? new Bars() : null;
  const tell = (line: string) => {
    // A trial may have run on another machine.
    const shown = visibleText(line);
    if (bars) bars.log(shown);
    else process.stderr.write(`${shown}\n`);
  };
  let told = performance.now();
  return {
    tell,
    outlook: (outlook) => tell(outlookText(outlook)),
    event(event, trial, progress, run) {
      const line = lineOf(event, trial, progress, run);
      if (line !== undefined) tell(line);
      bars?.show(event, trial, progress);
      if (bars === null && event.type === 'training' && event.event.type === 'step') {
        if (performance.now() - told < 1000 * LINE_EVERY) return;
        told = performance.now();
        const { step, totalSteps } = event.event;
        const where = `step ${formatCount(step)} of ${formatCount(totalSteps)}`;
        tell(`${labelOf(trial)}: ${where}; ${restText(progress)}`);
      }
    },
    stop: () => bars?.stop(),
  };
}

/** `12 trials, 2 at a time: about 34 min 10 s, …`. */
export function outlookText({ total, pending, workers, seconds, from }: Outlook): string {
  const ended = total - pending.length;
  const trials = `${count(total, 'trial')}${ended > 0 ? `, ${ended} of them finished already` : ''}`;
  if (pending.length === 0) return `${trials}: nothing is left to run.`;
  const times = `${workers} at a time`;
  if (seconds === null) return `${trials}, ${times}; how long they take is not known yet.`;
  const basis =
    from === 'a probe'
      ? 'from the first steps of a trial, validation not counted'
      : 'from the trials that have finished';
  return `${trials}, ${times}: about ${formatDuration(seconds)} (${basis}).`;
}

/** What is worth a line that stays. */
function lineOf(
  event: TrialEvent,
  trial: Trial,
  progress: Progress,
  run?: RunResult,
): string | undefined {
  if (event.type === 'status') return event.status;
  if (!['ended', 'stopped', 'failed'].includes(event.type)) return undefined;
  const result =
    event.type === 'failed'
      ? `failed. ${event.message}`
      : event.type === 'stopped'
        ? `ended early, after ${count(run!.summary.epochs, 'epoch')}`
        : run!.summary.status === 'diverged'
          ? `diverged. ${run!.summary.message}`
          : `${bestText(run!.summary)} in ${formatDuration(run!.summary.seconds)}`;
  const { ended, failed, total } = progress;
  return `[${ended + failed}/${total}] ${labelOf(trial)}: ${result}; ${restText(progress)}`;
}

function restText({ ended, failed, total, secondsLeft }: Progress): string {
  const left = total - ended - failed;
  const seconds = secondsLeft();
  if (left === 0) return 'none left';
  return `${left} left${seconds === null ? '' : `, about ${formatDuration(seconds)}`}`;
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

/** A bar a running trial, and one for the whole. */
class Bars {
  private readonly display = new MultiBar(
    {
      format: '{label} {bar} {percentage}% · {details}',
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      gracefulExit: false,
      barsize: 20,
    },
    Presets.shades_classic,
  );
  private readonly bars = new Map<string, SingleBar>();
  private whole?: SingleBar;

  log(line: string): void {
    // Without a bar there is nothing that would draw what is logged.
    if (this.whole === undefined) process.stderr.write(`${line}\n`);
    else this.display.log(`${line}\n`);
  }

  show(event: TrialEvent, trial: Trial, progress: Progress): void {
    const whole = { label: 'all trials', details: restText(progress) };
    this.whole ??= this.display.create(progress.total, 0, whole);
    this.whole.update(progress.ended + progress.failed, whole);
    if (event.type === 'training' && event.event.type === 'step') {
      const { step, totalSteps, secondsLeft } = event.event;
      const own = { label: labelOf(trial), details: `${formatDuration(secondsLeft)} left` };
      const bar = this.bars.get(trial.id) ?? this.display.create(totalSteps, step, own);
      this.bars.set(trial.id, bar);
      bar.update(step, own);
    } else if (event.type !== 'training' && event.type !== 'started' && event.type !== 'status') {
      const bar = this.bars.get(trial.id);
      if (bar !== undefined) this.display.remove(bar);
      this.bars.delete(trial.id);
    }
  }

  stop(): void {
    // What was logged since the last drawing.
    if (this.whole !== undefined) this.display.update();
    this.display.stop();
  }
}
