import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { findAllRuns, findGroups, findRuns } from '../../src/report/find-runs.js';
import { reportOn } from '../../src/report/report.js';
import { UsageError } from '../../src/runtime/errors.js';
import { planTrials } from '../../src/sweeps/plan.js';
import { readSweep, SweepDirectory } from '../../src/sweeps/sweep-directory.js';
import { listRuns } from '../../src/training/list-runs.js';
import type { RunSummary } from '../../src/training/results.js';
import { filesOfRun } from '../charts/sample-runs.js';

describe('findRuns', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'lazyahead-find-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** Writes a run into a folder of the root, and returns that. */
  function put(name: string, overrides: Partial<RunSummary> = {}): string {
    const folder = join(root, name);
    mkdirSync(folder, { recursive: true });
    for (const [file, content] of Object.entries(filesOfRun(overrides))) {
      writeFileSync(join(folder, file), content);
    }
    return folder;
  }

  it('finds runs however deep, a run that is named twice once', () => {
    const deep = put('a/b/c');
    put('d', { seed: 2 });
    const { runs } = findRuns([root, deep]);
    expect(runs.map(({ summary }) => summary.seed)).to.deep.equal([1, 2]);
    expect(findRuns([deep]).runs).to.have.length(1);
  });

  it('has them in one order, whatever their folders are called', () => {
    const all: Partial<RunSummary>[] = [
      { preset: 'quick', optimizer: 'adam', overrides: {} },
      { preset: 'quick', optimizer: 'lazy-adam', overrides: { lr: 0.002 } },
      { preset: 'quick', optimizer: 'lazy-adam', overrides: { lr: 0.01 }, seed: 1 },
      { preset: 'quick', optimizer: 'lazy-adam', overrides: { lr: 0.01 }, seed: 10 },
      { preset: 'quick', optimizer: 'sgd(0.1)', overrides: {} },
      { preset: 'full', optimizer: 'adam', overrides: {} },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        rmSync(root, { recursive: true });
        for (const [i, overrides] of shuffled.entries()) put(String(i), overrides);
        const { runs } = findRuns([root]);
        const key = ({ preset, optimizer, overrides, seed }: Partial<RunSummary>) =>
          `${preset} ${optimizer} ${overrides?.lr} ${seed ?? 1}`;
        expect(runs.map(({ summary }) => key(summary))).to.deep.equal(all.map(key));
      }),
      { numRuns: 20 },
    );
  });

  it('says of a sweep how many of its trials have ended, and which have failed', () => {
    const trials = planTrials({ experiment: 'imdb', optimizers: ['adam'], seeds: [1, 2, 3] });
    const path = join(root, 'sweep');
    const sweep = SweepDirectory.open(path, 'imdb', trials);
    sweep.store(trials[0].id, filesOfRun());
    sweep.addFailure(trials[1].id, 'The disk is full.');
    sweep.close();
    const { runs, notes } = findRuns([path]);
    expect(runs).to.have.length(1);
    expect(notes).to.deep.equal([
      'unfinished: 1 of 3 runs of sweep have ended (adam 1 of 3)',
      'failed: adam, seed 2 (The disk is full.)',
    ]);
  });

  it('says which trial of a sweep has failed, by all in which it differs from the others', () => {
    const path = join(root, 'sweep');
    const plan = (grid: Record<string, number[]>, batchSize?: number) =>
      planTrials({ experiment: 'cifar10', optimizers: ['sgd'], grid, batchSize });
    const first = plan({ lr: [0.05, 0.1], epochs: [2] });
    // Made longer by another batch size, which is not in the trials' own parameters.
    const more = plan({ lr: [1 / 3], epochs: [2] }, 64);
    const sweep = SweepDirectory.open(path, 'cifar10', [...first, ...more]);
    sweep.addFailure(more[0].id, 'The disk is full.');
    sweep.store(sweep.trials[0].id, filesOfRun({ experiment: 'cifar10', optimizer: 'sgd' }));
    expect(findRuns([path]).notes.at(-1)).to.equal(
      'failed: sgd, lr 0.3333, batchSize 64, seed 1 (The disk is full.)',
    );
  });

  it('says which run has not finished', () => {
    put('done');
    mkdirSync(join(root, 'half'));
    writeFileSync(join(root, 'half', 'config.json'), '{}');
    expect(findRuns([root]).notes).to.deep.equal([`not finished: ${basename(root)}/half`]);
  });

  it('parts them by folder: a sweep, and runs side by side', () => {
    put('b/one');
    put('b/two', { seed: 2 });
    put('a');
    const trials = planTrials({ experiment: 'imdb', optimizers: ['adam'] });
    SweepDirectory.open(join(root, 'c', 'd'), 'imdb', trials).store(trials[0].id, filesOfRun());
    const groups = findGroups(root);
    expect(groups.map(({ name, runs }) => [name, runs.length])).to.deep.equal([
      ['', 1],
      ['b', 2],
      ['c/d', 1],
    ]);
    expect(groups.map(({ sweep }) => sweep?.trials.length)).to.deep.equal([
      undefined,
      undefined,
      1,
    ]);
    expect(findGroups(join(root, 'a')).map(({ name }) => name)).to.deep.equal(['']);
  });

  it('counts a run once of which there are copies, and says where', () => {
    put('A/one');
    put('copy-of-A/one');
    const both = [join(root, 'A'), join(root, 'copy-of-A')];
    const { runs, notes } = findRuns(both);
    expect(runs.map(({ directory }) => directory)).to.deep.equal([join(root, 'A', 'one')]);
    expect(notes).to.deep.equal(['counted once: A/one, of which copy-of-A/one is a copy']);
    // Each folder has a table of its own.
    expect(findGroups(root).map(({ runs, notes }) => [runs.length, notes])).to.deep.equal([
      [1, []],
      [1, []],
    ]);
    // What goes to a tracker is every run.
    expect(findAllRuns(both).runs).to.have.length(2);
    for (const seed of [2, 3])
      for (const folder of ['A', 'copy-of-A']) put(`${folder}/${seed}`, { seed });
    expect(findRuns(both).runs.map(({ summary }) => summary.seed)).to.deep.equal([1, 2, 3]);
    expect(findRuns(both).notes).to.deep.equal([
      'counted once: 3 runs of A, of which copy-of-A has copies',
    ]);
  });

  it('counts copies in one folder once too', () => {
    put('A/one');
    put('A/two');
    put('A/three');
    const [{ runs, notes }] = findGroups(root);
    expect(runs).to.have.length(1);
    // In the order of their names.
    expect(notes).to.deep.equal([
      'counted once: one, of which three is a copy',
      'counted once: one, of which two is a copy',
    ]);
  });

  it('counts the first of runs that should be one and have other weights, and says so', () => {
    put('A/one');
    put('B/one', { weightsSha256: 'b'.repeat(64), bestValAccuracy: 0.9 });
    const found = (...folders: string[]) => findRuns(folders.map((name) => join(root, name)));
    const { runs, notes } = found('A', 'B');
    expect(runs.map(({ summary }) => summary.bestValAccuracy)).to.deep.equal([0.72]);
    expect(notes).to.deep.equal([
      'counted once: A/one, and not B/one, which is the same run with other weights',
    ]);
    expect(found('B', 'A').runs[0].summary.bestValAccuracy).to.equal(0.9);
    put('A/two', { seed: 2 });
    put('B/two', { seed: 2, weightsSha256: 'c'.repeat(64) });
    expect(found('A', 'B').notes).to.deep.equal([
      'counted once: 2 runs of A, and not those of B, which are the same with other weights',
    ]);
  });

  it('counts runs that differ in anything that makes them other runs, or did not complete', () => {
    const others: Partial<RunSummary>[] = [
      {},
      { overrides: { lr: 0.01, k: 3 } },
      { seed: 2 },
      { optimizer: 'lazy-adam' },
      { spec: 'adam(1e-3, eps=1e-8)' },
      { preset: 'full' },
      { experiment: 'ptb' },
      { dataset: 'imdb-synthetic' },
      { protocol: 'held-out' },
      // In no table.
      { status: 'interrupted' },
      { status: 'interrupted' },
    ];
    for (const [i, overrides] of others.entries()) put(String(i), overrides);
    expect(findRuns([root])).to.deep.include({ notes: [] });
    expect(findRuns([root]).runs).to.have.length(others.length);
    // The order in which a summary has them says nothing.
    put('again', { overrides: { k: 3, lr: 0.01 } });
    expect(findRuns([root]).runs).to.have.length(others.length);
  });

  it('gives each section’s chart a file of its own, whatever folders are called', () => {
    put('q/one');
    put('q/two', { experiment: 'ptb', dataset: 'ptb' });
    put('q-2/one', { seed: 2 });
    const names = reportOn([root]).sections.map(({ name }) => name);
    expect(names).to.have.length(3);
    expect(new Set(names).size).to.equal(3);
  });

  it('finds a folder once that is reached in two ways', () => {
    put('A/one');
    symlinkSync(join(root, 'A'), join(root, 'link'));
    const { runs, notes } = findRuns([join(root, 'A'), join(root, 'link'), join(root, 'A', 'one')]);
    expect(runs).to.have.length(1);
    expect(notes).to.deep.equal([]);
  });

  it('passes over links that lead nowhere or round in a circle, and follows the others', () => {
    put('elsewhere/one');
    mkdirSync(join(root, 'here', 'deep'), { recursive: true });
    const link = (to: string, name: string) => symlinkSync(to, join(root, 'here', name));
    link(join(root, 'nothing'), 'a');
    link('b', 'b');
    link('..', 'deep/up');
    link('../elsewhere', 'z');
    const one = join(root, 'here', 'z', 'one');
    expect(findRuns([join(root, 'here')]).runs.map(({ directory }) => directory)).to.deep.equal([
      one,
    ]);
    expect(listRuns([join(root, 'here')]).map(({ directory }) => directory)).to.deep.equal([one]);
  });

  it('refuses a folder without a finished run, and says what there is', () => {
    for (const name of ['half', 'third']) {
      mkdirSync(join(root, 'unfinished', name), { recursive: true });
      writeFileSync(join(root, 'unfinished', name, 'config.json'), '{}');
    }
    const unfinished = join(root, 'unfinished');
    const sentence = `${unfinished} holds no finished run (not finished: unfinished/half, and 1 more like that).`;
    expect(() => findRuns([unfinished])).to.throw(UsageError, sentence);
    expect(() => reportOn([unfinished])).to.throw(UsageError, sentence);
    const sweep = join(root, 'sweep');
    SweepDirectory.open(sweep, 'imdb', planTrials({ experiment: 'imdb', optimizers: ['adam'] }));
    expect(() => findRuns([sweep])).to.throw(
      UsageError,
      'holds no finished run (unfinished: 0 of 1 runs of sweep have ended (adam 0 of 1)).',
    );
  });

  it('names the file of a sweep that is damaged', () => {
    const trials = planTrials({ experiment: 'imdb', optimizers: ['adam'] });
    const path = join(root, 'sweep');
    SweepDirectory.open(path, 'imdb', trials).store(trials[0].id, filesOfRun());
    for (const name of ['failures.json', 'search.json', 'sweep.json']) {
      const file = join(path, name);
      writeFileSync(file, '{"experiment": "im\n');
      expect(() => findRuns([path])).to.throw(
        UsageError,
        `${path} holds no finished run (left out: ${file} is damaged, or was cut short: restore it; the runs in ${join(path, 'trials')} can be reported without it).`,
      );
      writeFileSync(file, name === 'sweep.json' ? '{}' : '3');
      expect(() => findRuns([path])).to.throw(UsageError, `${file} is damaged, `);
      rmSync(file);
    }
    expect(findRuns([join(path, 'trials')]).runs).to.have.length(1);
  });

  it('leaves out what is damaged, a run or one of a sweep, and says so', () => {
    put('good');
    put('bad', { overrides: undefined });
    const trials = planTrials({ experiment: 'imdb', optimizers: ['adam'], seeds: [1, 2] });
    const path = join(root, 'sweep');
    const sweep = SweepDirectory.open(path, 'imdb', trials);
    for (const { id, request } of trials) sweep.store(id, filesOfRun({ seed: request.seed }));
    sweep.close();
    const damaged = join(path, 'trials', trials[1].id);
    writeFileSync(join(damaged, 'summary.json'), '{"seed": ');
    const { runs, notes } = findAllRuns([root]);
    expect(runs.map(({ directory }) => directory)).to.deep.equal([
      join(root, 'good'),
      join(path, 'trials', trials[0].id),
    ]);
    expect(notes).to.deep.equal([
      `left out: The run in ${join(root, 'bad')} is damaged (summary.json has overrides undefined, not values by name): restore its files, or delete its folder`,
      `left out: ${join(damaged, 'summary.json')} is damaged, or was cut short: restore it, or delete the run's folder`,
      `unfinished: 1 of 2 runs of ${basename(root)}/sweep have ended (adam 1 of 2)`,
    ]);
    expect(reportOn([root]).sections).to.have.length(2);
    // Where a sweep is gone on with, it has to be whole.
    expect(() => readSweep(path)).to.throw(UsageError, 'was cut short');
  });

  it('reports sweeps beside one of a preset that this version does not have', () => {
    put('good');
    const path = join(root, 'sweep');
    const preset = 'smoke';
    const trials = planTrials({ experiment: 'cifar10', optimizers: ['sgd'], preset });
    const sweep = SweepDirectory.open(path, 'cifar10', trials);
    const [{ id }] = trials;
    sweep.store(id, filesOfRun({ experiment: 'cifar10', optimizer: 'sgd', preset: 'gone' }));
    sweep.close();
    const file = join(path, 'sweep.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"smoke"', '"gone"'));
    expect(
      reportOn([root])
        .sections.map(({ runs }) => runs[0].summary.preset)
        .sort(),
    ).to.deep.equal(['gone', 'quick']);
  });

  it('refuses what is not there, and what holds no run', () => {
    expect(() => findRuns([join(root, 'no')])).to.throw(UsageError, 'There is nothing at');
    expect(() => findRuns([root])).to.throw(UsageError, 'holds no finished run.');
  });
});
