import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { recordOf } from '../../src/cli/search.js';
import { UsageError } from '../../src/runtime/errors.js';
import type { Engine, EngineOptions, Trial, TrialEvent } from '../../src/sweeps/engine.js';
import { Study } from '../../src/sweeps/optuna/study.js';
import { runSearch } from '../../src/sweeps/search.js';
import {
  checkSearch,
  type SearchRecord,
  studyOf,
  trialAt,
  withoutPassword,
} from '../../src/sweeps/search-plan.js';
import { SweepDirectory } from '../../src/sweeps/sweep-directory.js';
import { filesOfRun } from '../charts/sample-runs.js';
import { rejection } from '../support/data-folders.js';
import { whilePythonPrints } from '../support/printing-python.js';
import { skip } from '../support/skip.js';

const record: SearchRecord = {
  request: { experiment: 'imdb', preset: 'smoke', optimizer: 'lookahead-adam', seed: 1 },
  optimizers: ['lookahead-adam'],
  space: {
    grid: { dropout: [0.2, 0.5] },
    ranges: { lr: { from: 1e-4, to: 1e-1, log: true }, k: { from: 2, to: 9 } },
  },
  search: 'tpe',
  prune: 'median',
  trials: 12,
  seed: 1,
  study: 'test',
};

/** "Trains" for four epochs in no time; the nearer lr is to 0.01, the better, and above it all diverges. */
class QuadraticEngine implements Engine {
  readonly name = 'quadratic';
  readonly workers = 1;
  readonly started: string[] = [];
  readonly ends: string[] = [];

  /** @param abort - is aborted when so many trials have been started. @param diverges - whether it does. */
  constructor(
    private readonly abort?: { controller: AbortController; after: number },
    private readonly diverges = false,
  ) {}

  async *run(
    trials: Iterable<Trial> | AsyncIterable<Trial>,
    { signal, stopped }: EngineOptions,
  ): AsyncGenerator<TrialEvent, void, undefined> {
    for await (const { id, request } of trials) {
      this.started.push(id);
      yield { id, type: 'started' };
      if (this.started.length === this.abort?.after) this.abort.controller.abort();
      const { lr = 0.001, k = 5 } = request;
      const valAccuracy = 0.9 - 0.1 * (Math.log10(lr) + 2) ** 2 - 0.02 * Math.abs(k - 2);
      for (let epoch = 1; epoch <= 4; epoch++) {
        const metrics = { epoch, steps: epoch, loss: 1, valLoss: 1, valAccuracy, seconds: 1 };
        const event = { type: 'epoch', totalEpochs: 4, metrics } as never;
        if (!signal.aborted && !stopped?.(id)?.aborted) yield { id, type: 'training', event };
      }
      const { optimizer, seed } = request;
      const end = signal.aborted ? 'cancelled' : stopped?.(id)?.aborted ? 'stopped' : 'ended';
      const hasDiverged = this.diverges && lr > 0.01;
      const status =
        end === 'stopped' ? 'interrupted' : hasDiverged ? 'diverged' : ('completed' as const);
      const result = { preset: 'smoke', bestValAccuracy: valAccuracy, status } as const;
      const files = filesOfRun({ optimizer, seed, ...result });
      this.ends.push(end);
      yield end === 'cancelled' ? { id, type: end } : { id, type: end, files };
      if (signal.aborted) return;
    }
  }
}

describe('a search', () => {
  const root = mkdtempSync(join(tmpdir(), 'lazyahead-search-'));
  after(() => rmSync(root, { recursive: true }));

  describe('of Optuna’s', () => {
    before(async function () {
      // The first one installs what it needs.
      const request = studyOf(record, root);
      const study = await Study.open(request, () => {}).catch((error: Error) => error);
      if (study instanceof UsageError) skip(this, study.message);
      if (study instanceof Error) throw study;
      await study.close();
    });

    const search = async (name: string, engine: Engine, signal: AbortSignal, of = record) => {
      const path = join(root, name);
      const directory = SweepDirectory.open(path, 'imdb', []);
      const open = () => Study.open(studyOf(of, path), () => {});
      const result = await runSearch(directory, open, of, { engine, signal });
      directory.close();
      return result;
    };
    const never = new AbortController().signal;

    it('makes as many trials as were asked for, ends hopeless ones early, and says what matters', async () => {
      const engine = new QuadraticEngine();
      const { runs, stopped, failures, search: noted } = await search('whole', engine, never);
      expect(runs.size + stopped.size).to.equal(12);
      expect(failures).to.deep.equal({});
      // The median of the first five trials is what a later one has to reach.
      expect(stopped.size).to.be.greaterThan(0);
      const { importance } = noted!;
      const sum = Object.values(importance!).reduce((total, share) => total + share, 0);
      expect(sum).to.be.closeTo(1, 1e-9);
      expect(Object.keys(importance!)[0]).to.equal('lr');
    });

    it('that was interrupted goes on with the trial that ran, and tells each result once', async () => {
      const controller = new AbortController();
      const first = new QuadraticEngine({ controller, after: 4 });
      const before = await search('resumed', first, controller.signal);
      expect(first.ends).to.deep.equal(['ended', 'ended', 'ended', 'cancelled']);
      expect(before.runs.size).to.equal(3);

      const second = new QuadraticEngine();
      const { runs, stopped } = await search('resumed', second, never);
      expect(second.started[0]).to.equal(first.started[3]);
      expect(runs.size + stopped.size).to.equal(12);

      const third = new QuadraticEngine();
      await search('resumed', third, never);
      expect(third.started).to.deep.equal([]);
    });

    it('chooses among optimizers too, and runs no configuration twice, however often it is chosen', async () => {
      const space = { grid: { k: [2, 3, 4, 5, 6, 7] }, ranges: {} };
      const of = { ...record, optimizers: ['adam', 'lookahead-adam'], space, trials: 25 };
      const engine = new QuadraticEngine();
      const { runs, stopped, search: noted } = await search('small', engine, never, of);
      // Adam has no k: 1 configuration; Lookahead of it has 6.
      expect(new Set(engine.started).size).to.equal(engine.started.length);
      expect(engine.started.length).to.be.at.most(7);
      expect(runs.size + stopped.size).to.equal(engine.started.length);
      expect(noted!.done).to.equal(25);
      const used = new Set([...runs.values()].map(({ summary }) => summary.optimizer));
      expect([...used].sort()).to.deep.equal(['adam', 'lookahead-adam']);
    });

    it('learns from trials that diverge: they are no failures, and no results either', async () => {
      const of = { ...record, prune: 'none' as const };
      const engine = new QuadraticEngine(undefined, true);
      const { runs, failures } = await search('diverging', engine, never, of);
      expect(failures).to.deep.equal({});
      const study = await Study.open(studyOf(of, join(root, 'diverging')), () => {});
      await study.close();
      const diverged = [...runs].filter(([, { summary }]) => summary.status === 'diverged');
      expect(diverged.length).to.be.within(1, 11);
      for (const { state, trial } of study.known) {
        const has = diverged.some(([id]) => id === trial);
        expect(state).to.equal(has ? 'PRUNED' : 'COMPLETE');
      }
    });

    it('says what was printed that is no answer of its process', async () => {
      const modules = join(root, 'modules');
      mkdirSync(modules);
      const error = await whilePythonPrints(modules, 'study.py', () =>
        rejection(Study.open(studyOf(record, modules), () => {})),
      );
      expect(error.message).to.equal(
        "Optuna's process printed “hello”: what its Python loads must leave standard output alone.",
      );
    });

    it('is refused by a storage that is not there', async () => {
      const storage = 'sqlite:////nowhere/at/all.db';
      const study = Study.open(studyOf({ ...record, storage }, root), () => {});
      const error = await study.then(
        () => expect.fail('it was opened'),
        (reason: Error) => reason,
      );
      expect(error).to.be.instanceOf(UsageError);
      expect(error.message).to.match(/^The study in sqlite:\/\/\/\/nowhere.* cannot be used: /);
    });
  });

  it('rounds what was drawn to three digits, within the range', () => {
    const { request, parameters } = trialAt(record, { lr: 0.0123456, k: 4, dropout: 0.5 });
    expect(parameters).to.deep.equal({ lr: 0.0123, k: 4, dropout: 0.5 });
    expect(request).to.deep.include({ lr: 0.0123, k: 4, settings: { dropout: 0.5 } });
    expect(trialAt(record, { lr: 0.1, k: 4, dropout: 0.5 }).parameters.lr).to.equal(0.1);
  });

  it('is refused before its first trial for a value that cannot be, also at a range’s end', () => {
    const of = (space: SearchRecord['space'], optimizers = ['lookahead-adam']) =>
      checkSearch({ ...record, space, optimizers });
    const alpha = { grid: {}, ranges: { alpha: { from: 0.5, to: 3 } } };
    expect(() => of(alpha)).to.throw(UsageError, 'alpha is a number from 0 to 1, not 3.');
    const k = { grid: { k: [5, 2.5] }, ranges: {} };
    expect(() => of(k)).to.throw(UsageError, /k is .*not 2\.5/);
    expect(() => of(record.space, ['adm'])).to.throw(UsageError, /did you mean adam/);
    // Adam alone has no k; beside Lookahead it stands without.
    expect(() => of(record.space, ['adam'])).to.throw(UsageError, /adam has no Lookahead/);
    expect(of(record.space, ['adam', 'lookahead-adam'])).to.have.length(2);
  });

  describe('in a database that others use too', () => {
    const address = 'postgresql://me:secret@host/db';
    const { study: _, ...rest } = record;
    const asked = { ...rest, storage: address };

    it('has a name of its own there, even from a directory of the same name', async () => {
      const names = await Promise.all(
        ['a', 'b'].map(async (folder) => {
          const directory = SweepDirectory.open(join(root, folder, 'same'), 'imdb', []);
          return (await recordOf(directory, asked)).study;
        }),
      );
      for (const name of names) expect(name).to.match(/^same-[0-9a-f]{8}$/);
      expect(names[0]).not.to.equal(names[1]);
    });

    it('keeps and shows no password', async () => {
      const directory = SweepDirectory.open(join(root, 'secret'), 'imdb', []);
      const kept = await recordOf(directory, asked);
      expect(kept.storage).to.equal('postgresql://me@host/db');
      const request = studyOf({ ...kept, storage: address }, root);
      expect([request.storage, request.shown]).to.deep.equal([address, 'postgresql://me@host/db']);
    });

    it('keeps no password that stands in the query either', () => {
      expect(withoutPassword('postgresql://me@host/db?password=x&sslmode=require')).to.equal(
        'postgresql://me@host/db?sslmode=require',
      );
      expect(withoutPassword('postgresql://me@host/db?sslmode=require&password=x')).to.equal(
        'postgresql://me@host/db?sslmode=require',
      );
      expect(withoutPassword('postgresql://me@host/db?password=x')).to.equal(
        'postgresql://me@host/db',
      );
    });

    it('keeps no password, however it is written', () => {
      for (const [address, kept] of [
        ['postgresql://u:p@ss@h/db', 'postgresql://u@h/db'],
        ['postgresql://u:p/w?x@h/db?a=1', 'postgresql://u@h/db?a=1'],
        ['mysql+odd-driver://u:p@h/db', 'mysql+odd-driver://u@h/db'],
        ['postgresql://u@h/db?sslpassword=x&PASSWORD=y&a=1&pwd=z', 'postgresql://u@h/db?a=1'],
        ['postgresql://u@h:5432/db?sslmode=require', 'postgresql://u@h:5432/db?sslmode=require'],
        ['sqlite:////home/me/a.db', 'sqlite:////home/me/a.db'],
        ['sqlite:///C:/me@home/a.db?timeout=5', 'sqlite:///C:/me@home/a.db?timeout=5'],
      ]) {
        expect(withoutPassword(address)).to.equal(kept);
      }
    });

    it('is made longer by the same command with more trials, and by no other', async () => {
      const directory = SweepDirectory.open(join(root, 'longer'), 'imdb', []);
      const kept = await recordOf(directory, asked);
      directory.noteSearch(kept);
      const longer = await recordOf(directory, { ...asked, trials: 50 });
      expect(longer).to.deep.include({ trials: 50, study: kept.study });
      const space = { ...record.space, grid: { dropout: [0.2] } };
      const error = await recordOf(directory, { ...asked, space }).catch((reason) => reason);
      expect(error).to.be.instanceOf(UsageError);
      expect(error.message).to.match(/holds a search of something else \(its space differs\)/);
    });
  });

  it('is refused without anything to choose, or with names that nobody knows', () => {
    const empty = { ...record, space: { grid: {}, ranges: {} } };
    expect(() => checkSearch(empty)).to.throw(UsageError, /something to choose/);
    const misspelt = { ...record, space: { grid: { alhpa: [0.5] }, ranges: {} } };
    expect(() => checkSearch(misspelt)).to.throw(UsageError, /did you mean alpha/);
    expect(() => checkSearch({ ...record, trials: 0 })).to.throw(UsageError, /from 1, not 0/);
  });
});
