import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { unzipSync, zipSync } from 'fflate';
import type { Environment } from '../../src/runtime/environment.js';
import { UsageError } from '../../src/runtime/errors.js';
import { rerun } from '../../src/training/rerun.js';
import { run } from '../../src/training/run.js';
import { readJson } from '../../src/training/run-files.js';
import { onBestBackend } from '../support/backends.js';
import { type DataFolders, makeDataFolders, rejection } from '../support/data-folders.js';
import { imdbNpz } from '../support/npz.js';
import { TINY_REVIEWS } from '../support/tiny-reviews.js';

/** A run of 8 steps in 2 epochs. */
const tiny = {
  ...{ experiment: 'imdb', optimizer: 'lazy-adam', preset: 'smoke', epochs: 2 },
  settings: TINY_REVIEWS,
};

/** A zip file has the time in it. */
const PACKED = '2020-01-01';

describe('rerun', () => {
  onBestBackend();
  let root: string;
  let folders: DataFolders;
  let original: string;
  let count = 0;
  const fresh = () => join(root, String(count++));
  const members = unzipSync(imdbNpz());
  /** Puts a file of reviews where they are looked for. */
  const provide = (files: Record<string, Uint8Array>, level: 0 | 1) =>
    folders.put(join(folders.data, 'imdb', 'imdb.npz'), zipSync(files, { level, mtime: PACKED }));
  const shaOf = (directory: string) =>
    readJson<{ dataset: { sha256: string } }>(directory, 'config.json').dataset.sha256;

  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'lazyahead-rerun-'));
    folders = makeDataFolders();
    provide(members, 1);
    original = fresh();
    const { summary } = await run({ ...tiny, data: 'real' }, { runDir: original });
    expect(summary.dataset).to.equal('imdb');
  });
  beforeEach(() => provide(members, 1));
  after(() => {
    folders.remove();
    rmSync(root, { recursive: true });
  });

  it('is identical with the same file, and has no remark', async () => {
    const again = await rerun(original, { runDir: fresh() });
    expect(again).to.deep.include({ identical: true, differences: [], data: [], processes: 1 });
    expect(again.hasOtherProcessor).to.equal(false);
  });

  it('is identical with the same data in another file, and says so with both checksums', async () => {
    provide(members, 0);
    const again = await rerun(original, { runDir: fresh() });
    expect(again.differences).to.deep.equal([]);
    expect(again.identical).to.equal(true);
    const [here, there] = [again.repeated.directory, original].map(shaOf);
    expect(here).not.to.equal(there);
    expect(again.data).to.deep.equal([
      `The data file is another: its SHA-256 is ${here}, and was ${there}.`,
    ]);
  });

  it('says where the original was made on another kind of processor', async () => {
    const copy = fresh();
    cpSync(original, copy, { recursive: true });
    const environment = readJson<Environment>(copy, 'environment.json');
    const there = { ...environment, instructions: 'NONE' };
    writeFileSync(join(copy, 'environment.json'), JSON.stringify(there));
    const again = await rerun(copy, { runDir: fresh() });
    expect(again.hasOtherProcessor).to.equal(true);
    expect(again.environment).to.deep.equal([
      `vector instructions NONE there, ${environment.instructions} here`,
    ]);
    // A run from before they were recorded may have been made on any.
    const { instructions: _, ...before } = environment;
    writeFileSync(join(copy, 'environment.json'), JSON.stringify(before));
    expect((await rerun(copy, { runDir: fresh() })).environment).to.deep.equal([
      `vector instructions not recorded there, ${environment.instructions} here`,
    ]);
  });

  it('is not with other data, and says both', async () => {
    // The file's last bytes are 25,000 labels of 8 bytes, the lowest first: each becomes the other.
    const { 'y_train.npy': y } = members;
    const flipped = Uint8Array.from(y);
    for (let at = y.length - 8 * 25_000; at < y.length; at += 8) flipped[at] = 1 - y[at];
    provide({ ...members, 'y_train.npy': flipped }, 1);
    const again = await rerun(original, { runDir: fresh() });
    expect(again.identical).to.equal(false);
    expect(again.differences.join('\n')).to.match(
      /^The weights' SHA-256 is .*In epoch 1 loss is/ms,
    );
    expect(again.data).to.have.length(1);
  });

  it('notices a result that was altered together with the epochs it comes from', async () => {
    const altered = fresh();
    cpSync(original, altered, { recursive: true });
    const edit = (name: string, change: (text: string) => string) => {
      const file = join(altered, name);
      writeFileSync(file, change(readFileSync(file, 'utf8')));
    };
    edit('metrics.jsonl', (text) => text.replace(/"valAccuracy":[\d.]+/g, '"valAccuracy":0.99'));
    edit('summary.json', (text) => text.replace(/(ValAccuracy": )[\d.]+/g, '$10.99'));
    const { identical, differences } = await rerun(altered, { runDir: fresh() });
    expect(identical).to.equal(false);
    const told = differences.join('\n');
    for (const name of ['best', 'final']) {
      expect(told).to.match(new RegExp(`^In the summary ${name} is [\\d.]+, and was 0.99.$`, 'm'));
    }
    for (const epoch of [1, 2]) {
      expect(told).to.match(
        new RegExp(`^In epoch ${epoch} valAccuracy is [\\d.]+, and was 0.99.$`, 'm'),
      );
    }
  });

  it('refuses a run whose summary was altered alone, before it trains', async () => {
    const altered = fresh();
    cpSync(original, altered, { recursive: true });
    const summary = readJson<object>(altered, 'summary.json');
    const text = JSON.stringify({ ...summary, bestValAccuracy: 0.99 });
    writeFileSync(join(altered, 'summary.json'), text);
    const error = await rejection(rerun(altered, { runDir: fresh() }));
    expect(error).to.be.instanceOf(UsageError);
    expect(error.message).to.include('summary.json has bestValAccuracy 0.99, metrics.jsonl has');
  });
});
