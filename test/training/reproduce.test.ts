import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { imdb } from '../../src/experiments/imdb/imdb.js';
import { UsageError } from '../../src/runtime/errors.js';
import { planReproduction, reproduce } from '../../src/training/reproduce.js';
import { onBestBackend } from '../support/backends.js';
import { rejection } from '../support/data-folders.js';

const tiny = {
  experiment: 'imdb',
  preset: 'smoke',
  epochs: 1,
  optimizers: ['adam', 'lookahead-adam'],
  settings: {
    vocabulary: 500,
    maxlen: 10,
    embeddingSize: 8,
    units: 8,
    trainExamples: 64,
    valExamples: 50,
  },
};

describe('planReproduction', () => {
  it('plans what is named twice once', () => {
    const optimizers = ['adam', 'lazy-adam', 'adam'];
    const plan = planReproduction({ experiment: 'imdb', optimizers, seeds: [2, 1, 2] });
    expect(plan.map(({ optimizer, seed }) => `${optimizer} ${seed}`)).to.deep.equal([
      'adam 2',
      'lazy-adam 2',
      'adam 1',
      'lazy-adam 1',
    ]);
  });

  it("gives k to the optimizers that have it, and refuses it where none has, in run's words", () => {
    const plan = planReproduction({ ...tiny, k: 7 });
    expect(plan.map(({ k }) => k)).to.deep.equal([undefined, 7]);
    const request = { ...tiny, optimizers: ['adam', 'lazy-adam'], k: 7 };
    expect(() => planReproduction(request)).to.throw(UsageError, 'adam has no Lookahead');
  });

  for (const given of [{ lr: 0.1 }, { k: 7 }, { alpha: 0.1 }]) {
    it(`refuses ${Object.keys(given)} where one of the optimizers is a spec`, () => {
      const optimizers = ['lookahead-adam', 'adam', 'lookahead(adam(1e-3), k=5)'];
      expect(() => planReproduction({ ...tiny, optimizers, ...given })).to.throw(
        UsageError,
        `Beside a spec there is no ${Object.keys(given)}: write what you want into ${optimizers[2]}`,
      );
    });
  }

  for (const what of ['optimizers', 'seeds']) {
    it(`refuses an empty list of ${what}`, () => {
      expect(() => planReproduction({ ...tiny, [what]: [] })).to.throw(
        UsageError,
        `The list of ${what} is empty: name one or more, or leave it out.`,
      );
    });
  }
});

describe('reproduce', () => {
  onBestBackend();
  let root: string;
  const { load } = imdb;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'lazyahead-reproduce-'));
  });
  afterEach(() => {
    imdb.load = load;
    rmSync(root, { recursive: true });
  });

  it('loads the data once for all runs', async () => {
    let loads = 0;
    imdb.load = (...args) => {
      loads += 1;
      return load(...args);
    };
    const { runs, error } = await reproduce({ ...tiny, seeds: [1, 2] }, { runDir: root });
    expect(runs.map(({ summary }) => summary.status)).to.deep.equal(Array(4).fill('completed'));
    expect(loads).to.equal(1);
    expect(error).to.equal(undefined);
  });

  it('runs specs beside names, and one that is written in two ways once', async () => {
    const optimizers = ['adam', 'adam(1e-3)', 'lookahead(adam)', 'adam()', 'adam( 0.001 )'];
    const { runs } = await reproduce({ ...tiny, optimizers, seeds: [1, 2] }, { runDir: root });
    const names = ['adam', 'adam(1e-3)', 'lookahead(adam(1e-3), k=5, alpha=0.5)'];
    expect(runs.map(({ summary }) => summary.optimizer)).to.deep.equal([...names, ...names]);
    expect(runs.map(({ summary }) => summary.seed)).to.deep.equal([1, 1, 1, 2, 2, 2]);
    const folders = runs.map(({ directory }) => basename(directory));
    expect(new Set(folders).size).to.equal(6);
    expect(folders.slice(0, 3).join(' ')).to.match(
      /^adam-seed1 adam-[0-9a-f]{8}-seed1 lookahead-adam-[0-9a-f]{8}-seed1$/,
    );
    expect(runs[1].summary.weightsSha256).to.equal(runs[0].summary.weightsSha256);
  });

  it('refuses a spec that describes nothing before the first run', async () => {
    const optimizers = ['adam', 'lamb(1e-3)'];
    const error = await rejection(reproduce({ ...tiny, optimizers }, { runDir: root }));
    expect(error).to.be.instanceOf(UsageError);
    expect(error.message).to.contain('\n  lamb(1e-3)\n  ^');
    expect(readdirSync(root)).to.deep.equal([]);
  });

  it('refuses a later run of which the directory is used, before the first', async () => {
    const used = join(root, 'lookahead-adam-seed1');
    mkdirSync(used);
    writeFileSync(join(used, 'thesis.txt'), 'do not lose me');
    const error = await rejection(reproduce(tiny, { runDir: root }));
    expect(error).to.be.instanceOf(UsageError);
    expect(error.message).to.contain(`The run directory ${used} is not empty`);
    expect(existsSync(join(root, 'adam-seed1'))).to.equal(false);
  });

  it('hands back the runs that were made before one failed, with its error', async () => {
    const failure = new Error('the disk is full');
    const { runs, error } = await reproduce(tiny, {
      runDir: root,
      onRun: ({ optimizer }) => {
        return () => {
          if (optimizer === 'lookahead-adam') throw failure;
        };
      },
    });
    expect(runs.map(({ summary }) => summary.optimizer)).to.deep.equal(['adam']);
    expect(error).to.equal(failure);
  });

  it('throws the error of the first run', async () => {
    const onRun = () => () => {
      throw new Error('the disk is full');
    };
    const error = await rejection(reproduce(tiny, { runDir: root, onRun }));
    expect(error.message).to.equal('the disk is full');
  });
});
