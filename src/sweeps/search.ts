/** A sweep whose trials a study chooses one after the other, from the results of those before. */
import { experimentNamed } from '../experiments/config.js';
import { METRICS } from '../experiments/metric.js';
import { lockFolder } from '../runtime/lock.js';
import { keyOf, type RunResult, resultOf } from '../training/results.js';
import type { Trial, TrialEvent } from './engine.js';
import type { KnownTrial, Study, Told } from './optuna/study.js';
import { type SearchRecord, trialAt } from './search-plan.js';
import type { SweepOptions } from './sweep.js';
import type { Sweep, SweepDirectory } from './sweep-directory.js';

/** Trials that the study may choose a second time in a row before they count. */
const MOST_REPEATS = 20;

/**
 * Carries a search out, or goes on with it: the study's trials that were running are run again, so that
 * each comes to one end.
 *
 * @returns the sweep as it then is, finished or not.
 * @throws UsageError when another process is carrying it out.
 */
export async function runSearch(
  directory: SweepDirectory,
  study: Study,
  record: SearchRecord,
  options: SweepOptions,
): Promise<Sweep> {
  const release = lockFolder(directory.path);
  try {
    const search = new RunningSearch(directory, study, record, options);
    await search.run();
    const importance = await study.importance().catch(() => undefined);
    if (importance !== undefined) directory.noteSearch({ ...record, importance });
    return directory.read();
  } finally {
    release();
  }
}

class RunningSearch {
  /** The study's numbers of the trials that run, by id. */
  private readonly numbers = new Map<string, number>();
  private readonly trials = new Map<string, Trial>();
  private readonly early = new Map<string, AbortController>();
  /** Trials of the study that have come to an end. */
  private done: number;
  private failed = 0;
  private readonly seconds: number[] = [];

  constructor(
    private readonly directory: SweepDirectory,
    private readonly study: Study,
    private readonly record: SearchRecord,
    private readonly options: SweepOptions,
  ) {
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
    const { runs, stopped } = this.directory.read();
    for (const known of this.study.known.filter(({ state }) => state === 'RUNNING')) {
      const trial = await this.begin(known);
      const run = runs.get(trial.id);
      if (run !== undefined) await this.tell(known.number, told(run));
      else if (stopped.has(trial.id)) await this.tell(known.number, { state: 'PRUNED' });
      else yield trial;
    }
    for (let repeats = 0; this.done + this.numbers.size < this.record.trials; ) {
      const asked = await this.study.ask();
      const trial = trialAt(this.record, asked.parameters);
      if (this.numbers.has(trial.id)) {
        await this.tell(asked.number, { state: 'FAIL' }, repeats++ >= MOST_REPEATS);
        continue;
      }
      const run = this.directory.read().runs.get(trial.id);
      if (run !== undefined) {
        // The same configuration gives the same result.
        await this.tell(asked.number, told(run));
        continue;
      }
      repeats = 0;
      yield await this.begin({ ...asked, trial: null });
    }
  }

  private async begin({ number, parameters }: Omit<KnownTrial, 'state'>): Promise<Trial> {
    const trial = trialAt(this.record, parameters);
    this.numbers.set(trial.id, number);
    this.trials.set(trial.id, trial);
    this.early.set(trial.id, new AbortController());
    this.directory.add(trial);
    await this.study.name(number, trial.id);
    return trial;
  }

  private async take(event: TrialEvent): Promise<RunResult | undefined> {
    const { id } = event;
    const number = this.numbers.get(id)!;
    switch (event.type) {
      case 'training':
        if (event.event.type === 'epoch') await this.report(id, event.event.metrics);
        return undefined;
      case 'ended': {
        const run = this.directory.store(id, event.files);
        this.seconds.push(run.summary.seconds);
        await this.tell(number, told(run));
        return run;
      }
      case 'stopped': {
        const run = this.directory.store(id, event.files, 'stopped');
        this.seconds.push(run.summary.seconds);
        await this.tell(number, { state: 'PRUNED' });
        return run;
      }
      case 'failed':
        this.directory.addFailure(id, event.message);
        this.failed++;
        await this.tell(number, { state: 'FAIL' });
        return undefined;
      case 'cancelled':
        // It stays running in the study, to be run again.
        this.numbers.delete(id);
        return undefined;
      default:
        return undefined;
    }
  }

  private async report(id: string, metrics: RunResult['metrics'][number]): Promise<void> {
    const { metric } = experimentNamed(this.record.request.experiment);
    const value = metrics[keyOf('val', METRICS[metric])];
    if (value === undefined) return;
    const hopeless = await this.study.report(this.numbers.get(id)!, metrics.epoch, value);
    if (hopeless) this.early.get(id)?.abort();
  }

  private async tell(number: number, how: Told, counts = true): Promise<void> {
    await this.study.tell(number, how);
    for (const [id, other] of this.numbers) if (other === number) this.numbers.delete(id);
    if (counts) this.done++;
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

/** What the study is told of a run: the best epoch's value, as the tables have it. */
function told({ summary }: RunResult): Told {
  const { best } = resultOf(summary);
  return best === null || summary.status === 'diverged'
    ? { state: 'FAIL' }
    : { state: 'COMPLETE', value: best };
}
