/** A sweep whose trials a study chooses one after the other, from the results of those before. */
import { experimentNamed } from '../experiments/config.js';
import { METRICS } from '../experiments/metric.js';
import type { EpochEvent } from '../training/events.js';
import { type EpochMetrics, keyOf, type RunResult, resultOf } from '../training/results.js';
import type { Trial, TrialEvent } from './engine.js';
import type { KnownTrial, Study, TrialOutcome } from './optuna/study.js';
import { type SearchRecord, trialAt } from './search-plan.js';
import type { SweepOptions } from './sweep.js';
import type { Sweep, SweepDirectory } from './sweep-directory.js';

/**
 * Carries a search out, or goes on with it: the study's trials that were running are run again, so that
 * each comes to one end.
 *
 * @param openStudy - the study is closed again at the end.
 * @returns the sweep as it then is, finished or not.
 * @throws what `openStudy` throws.
 */
export async function runSearch(
  directory: SweepDirectory,
  openStudy: () => Promise<Study>,
  record: SearchRecord,
  options: SweepOptions,
): Promise<Sweep> {
  const study = await openStudy();
  try {
    const search = new RunningSearch(directory, study, record, options);
    await search.run();
    // There is none before two trials have ended.
    const importance = await study.importance().catch(() => record.importance);
    directory.noteSearch({ ...record, importance, done: search.done });
    return directory.read();
  } finally {
    await study.close();
  }
}

class RunningSearch {
  /** Trials of the study that have come to an end. */
  done: number;
  /** The study's numbers of the trials that run, by id: several of one that it chose again meanwhile. */
  private readonly numbers = new Map<string, number[]>();
  /** What has come to an end, early or not, by id. */
  private readonly results: Map<string, RunResult>;
  private readonly trials = new Map<string, Trial>();
  private readonly early = new Map<string, AbortController>();
  private failed = 0;
  private readonly seconds: number[] = [];

  constructor(
    private readonly directory: SweepDirectory,
    private readonly study: Study,
    private readonly record: SearchRecord,
    private readonly options: SweepOptions,
  ) {
    const { runs, stopped } = directory.read();
    this.results = new Map([...stopped, ...runs]);
    this.done = study.known.filter(({ state }) => state !== 'RUNNING').length;
  }

  async run(): Promise<void> {
    const { engine, signal, onOutlook = () => true } = this.options;
    const { trials: total } = this.record;
    const pending = Array.from({ length: Math.max(0, total - this.done) }) as Trial[];
    const outlook = { total, pending, workers: engine.workers, seconds: null };
    if (signal.aborted || !onOutlook({ ...outlook, from: 'finished trials' })) return;
    const stopped = (id: string) => this.early.get(id)?.signal;
    for await (const event of engine.run(this.chosen(), { signal, stopped })) {
      const trial = this.trials.get(event.id)!;
      const run = await this.take(event);
      this.options.onEvent?.(event, trial, this.progress(), run);
    }
  }

  /** First those that were running when the search was left, then what the study chooses. */
  private async *chosen(): AsyncGenerator<Trial, void, undefined> {
    const left = this.study.known.filter(({ state }) => state === 'RUNNING');
    for (const known of left) yield* this.toRun(known);
    const running = () => [...this.numbers.values()].flat().length;
    while (this.done + running() < this.record.trials) yield* this.toRun(await this.study.ask());
  }

  /** The trial; nothing of a configuration that runs or has run: it would come to the same. */
  private async *toRun({ number, parameters }: Asked): AsyncGenerator<Trial, void, undefined> {
    const trial = trialAt(this.record, parameters);
    const { id } = trial;
    const before = this.results.get(id);
    const running = this.numbers.get(id);
    if (before !== undefined) this.done++;
    else this.numbers.set(id, [...(running ?? []), number]);
    await this.study.name(number, id);
    if (before !== undefined) {
      for (const epoch of before.metrics) await this.reportTo(number, epoch);
      await this.study.tell(number, told(before));
    } else if (running === undefined) {
      this.trials.set(id, trial);
      this.early.set(id, new AbortController());
      this.directory.add(trial);
      yield trial;
    }
  }

  private async take(event: TrialEvent): Promise<RunResult | undefined> {
    const { id } = event;
    switch (event.type) {
      case 'training':
        if (event.event.type === 'epoch') await this.report(id, event.event);
        return undefined;
      case 'ended':
      case 'stopped': {
        const kind = event.type === 'ended' ? 'trials' : 'stopped';
        const run = this.directory.store(id, event.files, kind);
        this.results.set(id, run);
        this.seconds.push(run.summary.seconds);
        await this.end(id, told(run));
        return run;
      }
      case 'failed':
        this.directory.addFailure(id, event.message);
        this.failed++;
        await this.end(id, { state: 'FAIL' });
        return undefined;
      case 'cancelled':
        // It stays running in the study, to be run again.
        this.numbers.delete(id);
        return undefined;
      default:
        return undefined;
    }
  }

  private async report(id: string, { metrics, totalEpochs }: EpochEvent): Promise<void> {
    for (const number of this.numbers.get(id)!) {
      const hopeless = await this.reportTo(number, metrics);
      // Nothing is saved by ending it after its last epoch.
      if (hopeless && metrics.epoch < totalEpochs) this.early.get(id)?.abort();
    }
  }

  private async reportTo(number: number, metrics: EpochMetrics): Promise<boolean> {
    const { metric } = experimentNamed(this.record.request.experiment);
    const value = metrics[keyOf('val', METRICS[metric])];
    // One that is not finite became null on its way.
    return typeof value === 'number' && this.study.report(number, metrics.epoch, value);
  }

  /** Counted at once, lest one too many is asked for meanwhile. */
  private async end(id: string, how: TrialOutcome): Promise<void> {
    const numbers = this.numbers.get(id)!;
    this.numbers.delete(id);
    this.done += numbers.length;
    for (const number of numbers) await this.study.tell(number, how);
  }

  private progress() {
    const total = this.record.trials;
    return {
      ended: this.done - this.failed,
      failed: this.failed,
      total,
      secondsLeft: () => {
        if (this.seconds.length === 0) return null;
        const mean = this.seconds.reduce((sum, each) => sum + each, 0) / this.seconds.length;
        return (mean * Math.max(0, total - this.done)) / this.options.engine.workers;
      },
    };
  }
}

/** A trial of the study. */
type Asked = Pick<KnownTrial, 'number' | 'parameters'>;

/**
 * What the study is told of a run: the best epoch's value, as the tables have it. One that diverged is
 * as hopeless as one that was ended early: from one that failed the study would learn nothing.
 */
function told({ summary }: RunResult): TrialOutcome {
  const { best } = resultOf(summary);
  return summary.status === 'completed' && best !== null
    ? { state: 'COMPLETE', value: best }
    : { state: 'PRUNED' };
}
