import fs, {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { UsageError } from '../../src/runtime/errors.js';
import { planTrials } from '../../src/sweeps/plan.js';
import { type Outlook, type Progress, runSweep } from '../../src/sweeps/sweep.js';
import { readSweep, SweepDirectory } from '../../src/sweeps/sweep-directory.js';
import { filesOfRun } from '../charts/sample-runs.js';
import { type Fate, MemoryEngine } from './memory-engine.js';

const plan = (seeds: number[], optimizers = ['adam', 'lazy-adam']) =>
  planTrials({ experiment: 'imdb', preset: 'smoke', optimizers, seeds });

describe('a sweep', () => {
  let root: string;
  let count = 0;
  const fresh = () => join(root, String(count++));
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'lazyahead-sweep-'));
  });
  after(() => rmSync(root, { recursive: true }));

  /** Runs trials in a directory to the end, or to where `fate` aborts the signal. */
  async function sweep(path: string, trials = plan([1, 2]), fate?: Fate, abort?: AbortController) {
    const engine = new MemoryEngine(fate);
    const { signal } = abort ?? new AbortController();
    const outlooks: Outlook[] = [];
    const progress: Progress[] = [];
    const directory = SweepDirectory.open(path, 'imdb', trials);
    const result = await runSweep(directory, {
      engine,
      signal,
      onOutlook: (outlook) => outlooks.push(outlook) > 0,
      onEvent: (_event, _trial, now) => progress.push(now),
    });
    directory.close();
    return { ...result, started: engine.started, outlooks, progress };
  }

  it('runs every trial once and keeps its result', async () => {
    const { trials, runs, failures, started, progress } = await sweep(fresh());
    expect([...started].sort()).to.deep.equal(trials.map(({ id }) => id).sort());
    expect([...runs.keys()]).to.deep.equal(trials.map(({ id }) => id));
    for (const { id, request } of trials) {
      expect(runs.get(id)!.summary).to.include({
        optimizer: request.optimizer,
        seed: request.seed,
      });
    }
    expect(failures).to.deep.equal({});
    expect(progress.at(-1)).to.include({ ended: 4, failed: 0, total: 4 });
    expect(progress.at(-1)!.secondsLeft()).to.equal(0);
  });

  it('says before it starts what is to be run, and how long that takes', async () => {
    const directory = fresh();
    await sweep(directory, plan([1]));
    const { outlooks } = await sweep(directory, plan([1, 2]));
    expect(outlooks).to.have.length(1);
    // Of each kind one has ended, after 90 s in 3 epochs; a smoke run has 2 epochs, at one worker.
    expect(outlooks[0]).to.include({ total: 4, seconds: 2 * 60, from: 'finished trials' });
    expect(outlooks[0].pending.map(({ request }) => request.seed)).to.deep.equal([2, 2]);
  });

  it('does not run again what has ended, and grows by what is asked for in addition', async () => {
    const directory = fresh();
    await sweep(directory, plan([1]));
    expect((await sweep(directory, plan([1]))).started).to.deep.equal([]);
    expect((await sweep(directory, plan([3]))).started).to.have.length(2);
    expect((await sweep(directory, [])).runs.size).to.equal(4);
  });

  it('notes a trial that fails, goes on with the others, and tries it again when continued', async () => {
    const directory = fresh();
    const unlucky: Fate = ({ request }) =>
      request.seed === 1 && request.optimizer === 'adam'
        ? { failed: 'The disk is full.' }
        : 'ended';
    const first = await sweep(directory, plan([1, 2]), unlucky);
    const [failed] = first.trials;
    expect(first.failures).to.deep.equal({ [failed.id]: 'The disk is full.' });
    expect(first.runs.size).to.equal(3);
    expect(new Set(first.started).size).to.equal(first.started.length);
    expect(first.progress.at(-1)).to.include({ ended: 3, failed: 1, total: 4 });

    const second = await sweep(directory, plan([1, 2]));
    expect(second.started).to.deep.equal([failed.id]);
    expect(second.failures).to.deep.equal({});
    expect(second.runs.size).to.equal(4);
  });

  it('accounts for every trial once, wherever it is interrupted and however often', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 6 }),
        async (stops) => {
          const directory = fresh();
          const ended: string[] = [];
          for (const stop of [...stops, Number.POSITIVE_INFINITY]) {
            const abort = new AbortController();
            let seen = 0;
            const until: Fate = () => {
              if (seen++ >= stop) abort.abort();
              return 'ended';
            };
            const { started } = await sweep(directory, plan([1, 2, 3]), until, abort);
            ended.push(...started.slice(0, Math.min(stop, started.length)));
          }
          expect([...ended].sort()).to.deep.equal(
            plan([1, 2, 3])
              .map(({ id }) => id)
              .sort(),
          );
          expect(readSweep(directory).runs.size).to.equal(6);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('leaves no half result where storing one was cut off', async () => {
    const path = fresh();
    const directory = SweepDirectory.open(path, 'imdb', plan([1]));
    const [{ id }] = directory.trials;
    directory.close();
    // As a process leaves it that dies while it writes.
    mkdirSync(join(path, 'trials', `${id}.partial`));
    writeFileSync(join(path, 'trials', `${id}.partial`, 'metrics.jsonl'), '');
    const { runs, started } = await sweep(path, plan([1]));
    expect(started).to.have.length(2);
    expect(runs.size).to.equal(2);
    expect(readdirSync(join(path, 'trials')).sort()).to.deep.equal([...runs.keys()].sort());
  });

  it('has a result on the disk before its name, and the name before an engine removes its copy', () => {
    const directory = SweepDirectory.open(fresh(), 'imdb', plan([1]));
    const [{ id }] = directory.trials;
    const seen: string[] = [];
    const short = (path: string) => relative(directory.path, path).replaceAll(id, 'ID') || '.';
    const { fsyncSync, renameSync } = fs;
    fs.fsyncSync = (file) => {
      seen.push(`sync ${short(readlinkSync(`/proc/self/fd/${file}`))}`);
      fsyncSync(file);
    };
    fs.renameSync = (from, to) => {
      seen.push(`rename to ${short(String(to))}`);
      renameSync(from, to);
    };
    try {
      directory.store(id, filesOfRun({ preset: 'smoke' }));
    } finally {
      Object.assign(fs, { fsyncSync, renameSync });
      directory.close();
    }
    expect(seen).to.deep.equal([
      ...Object.keys(filesOfRun()).map((name) => `sync trials/ID.partial/${name}`),
      ...['sync trials/ID.partial', 'rename to trials/ID', 'sync trials', 'sync .'],
    ]);
  });

  for (const id of ['../../../outside/run', '..', 'a/b', '', '.hidden', 7, undefined]) {
    it(`refuses a plan whose trial has the id ${JSON.stringify(id)}, by which it would name a folder`, () => {
      const path = fresh();
      SweepDirectory.open(path, 'imdb', plan([1])).close();
      const file = join(path, 'sweep.json');
      const held = JSON.parse(readFileSync(file, 'utf8'));
      held.trials[1].id = id;
      writeFileSync(file, JSON.stringify(held));
      const said = `${file} is damaged, trial 2 has the id ${JSON.stringify(id)}: restore it`;
      expect(() => readSweep(path)).to.throw(UsageError, said);
      expect(() => SweepDirectory.open(path, 'imdb', [])).to.throw(UsageError, said);
    });
  }

  it('refuses a plan of which a trial lacks what is asked for', () => {
    const path = fresh();
    SweepDirectory.open(path, 'imdb', plan([1])).close();
    const file = join(path, 'sweep.json');
    const held = JSON.parse(readFileSync(file, 'utf8'));
    held.trials[0].request = undefined;
    writeFileSync(file, JSON.stringify(held));
    expect(() => readSweep(path)).to.throw(UsageError, 'has no request and parameters: restore it');
    held.trials[0] = null;
    writeFileSync(file, JSON.stringify(held));
    expect(() => readSweep(path)).to.throw(UsageError, 'trial 1 has the id undefined: restore it');
  });

  it('takes the ids of trials of every optimizer, those written as specs too', () => {
    const long = Array.from({ length: 9 }, () => 'clip').join('(');
    const specs = ['sgd(0.1)', 'lookahead(lazy(adam(1e-3)), k=5)', `${long}(sgd(1))))))))))`];
    const directory = SweepDirectory.open(fresh(), 'imdb', plan([1], specs));
    directory.close();
    expect(readSweep(directory.path).trials).to.have.length(3);
  });

  it('takes no file of a result that is none of a run’s: it may come from another machine', () => {
    const path = fresh();
    const directory = SweepDirectory.open(path, 'imdb', plan([1]));
    const [{ id }] = directory.trials;
    for (const name of ['../../x', 'checkpoints/a', '/tmp/x', '..', 'notes.json']) {
      expect(() => directory.store(id, { ...filesOfRun(), [name]: '{}' })).to.throw(
        UsageError,
        `The result of ${id} has a file "${name}", which no run has`,
      );
    }
    directory.close();
    expect(readdirSync(path).sort()).to.deep.equal(['sweep.json', 'trials']);
    expect(readSweep(path).runs.size).to.equal(0);
  });

  it('leaves the plan as it is where it is refused because another carries it out', () => {
    const path = fresh();
    const first = SweepDirectory.open(path, 'imdb', plan([1]));
    const planned = () => readFileSync(join(path, 'sweep.json'), 'utf8');
    const before = planned();
    const second = () => SweepDirectory.open(path, 'imdb', plan([2, 3]));
    expect(second).to.throw(UsageError, `${path} is being used by process ${process.pid}`);
    expect(planned()).to.equal(before);
    first.close();
    const third = second();
    // Two optimizers by three seeds; and who is through keeps nobody else's lock away.
    expect(third.trials).to.have.length(6);
    first.close();
    expect(second).to.throw(UsageError, 'is being used by process');
    third.close();
    expect(readdirSync(path).sort()).to.deep.equal(['sweep.json', 'trials']);
  });

  it('refuses a directory that holds something else, or a sweep of another experiment', async () => {
    const path = fresh();
    mkdirSync(path);
    writeFileSync(join(path, 'thesis.txt'), 'do not lose me');
    const open = (experiment: string) => () =>
      SweepDirectory.open(path, experiment, plan([1])).close();
    expect(open('imdb')).to.throw(UsageError, 'is not empty and holds no sweep');
    rmSync(path, { recursive: true });
    open('imdb')();
    expect(open('ptb')).to.throw(UsageError, 'holds a sweep of imdb, not of ptb');
    expect(() => SweepDirectory.open('/dev/null/sweep', 'imdb', [])).to.throw(
      UsageError,
      'The sweep directory /dev/null/sweep cannot be written (ENOTDIR)',
    );
    expect(() => readSweep(fresh())).to.throw(UsageError, 'holds no sweep');
  });
});
