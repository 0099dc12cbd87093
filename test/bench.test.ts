import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { BATCH, BATCHES, zipfBatches } from '../bench/optimizers/embedding.js';
import { startTorch } from '../bench/optimizers/torch-side.js';
import { findPython } from '../bench/python/environment.js';
import { judged } from '../bench/suite.js';
import { alternate, percentile, type Side, timeRow } from '../bench/timing.js';
import { makeDataFolders, rejection } from './support/data-folders.js';
import { skip } from './support/skip.js';

const ROOT = resolve(__dirname, '..');

function bench(...args: string[]) {
  return promisify(execFile)(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...args], {
    cwd: ROOT,
  });
}

/** A side whose every step takes so long, and that notes its name and number of steps. */
const side = (name: string, ms: number, log: string[] = []): Side => ({
  steps(n) {
    log.push(`${name}${n}`);
    return Array(n).fill(ms);
  },
});

describe('The benchmark', () => {
  it('runs the sides in turn, every other block in the opposite order, after a warm-up', async () => {
    const log: string[] = [];
    // 12 ms blocks: 4 steps of 3 ms, 6 of 2 ms.
    const schedule = { warmUp: 8, blocks: 3, blockMs: 12 };
    const sides = [side('a', 3, log), side('b', 2, log)];
    const [a, b] = await alternate(sides, schedule);
    expect(log).to.deep.equal(['a8', 'b8', 'a4', 'b6', 'b6', 'a4', 'a4', 'b6']);
    expect(a).to.deep.equal({ median: 3, p10: 3, p90: 3, samples: 12 });
    expect(b.samples).to.equal(18);
  });

  it('sees what an optimizer does at every kth step only', async () => {
    // Steps of 1, 1, 1, 1, 6 ms: 2 ms a step, where the median of single steps is 1.
    let taken = 0;
    const sync: Side = {
      steps: (n) => Array.from({ length: n }, () => (++taken % 5 === 0 ? 6 : 1)),
    };
    const [{ median }] = await alternate([sync], { group: 5, warmUp: 7, blocks: 2 });
    expect(median).to.equal(2);
  });

  it('takes percentiles as numpy does', () => {
    // Position 0.9 · 4 = 3.6 between 40 and 100.
    expect(percentile([40, 100, 10, 30, 20], 90)).to.be.closeTo(76, 1e-9);
    expect(percentile([40, 10, 30, 20], 50)).to.equal(25);
  });

  it('holds a ratio against its limit the way the limit is meant', async () => {
    expect(judged(2, 10, { timesFaster: 5 }, true)).to.deep.equal({
      ratio: 5,
      ratio_is: 'other / ours',
      limit: '>= 5',
      met: true,
    });
    expect(judged(2.01, 10, { timesFaster: 5 }, true).met).to.equal(false);
    expect(judged(12, 10, { timesAsMuch: 1.2 }, true)).to.include({ ratio: 1.2, met: true });
    expect(judged(12.1, 10, { timesAsMuch: 1.2 }, true).met).to.equal(false);
    expect(judged(12.1, 10, { timesAsMuch: 1.2 }, false)).to.include({ limit: null, met: null });
    const summaries = await alternate([side('ours', 2), side('other', 8)]);
    const what = { name: 'a', vocabulary: 7, other: 'b' };
    expect(timeRow(what, summaries, { timesFaster: 4 }, true)).to.include({
      ...what,
      ours_ms: 2,
      other_ms: 8,
      ratio: 4,
      met: true,
    });
  });

  it('draws the same tokens every time, by Zipf’s law', () => {
    const ids = zipfBatches(1000);
    expect(ids).to.deep.equal(zipfBatches(1000));
    expect(ids).to.have.lengthOf(BATCHES * BATCH[0] * BATCH[1]);
    expect(Math.min(...ids)).to.equal(0);
    expect(Math.max(...ids)).to.be.below(1000);
    // H(1000) = 7.485: the first id has 1 / 7.485 = 13.4 % of the tokens, the second half of that.
    const share = (wanted: number) => ids.filter((id) => id === wanted).length / ids.length;
    expect(share(0)).to.be.closeTo(0.1336, 0.005);
    expect(share(1)).to.be.closeTo(0.0668, 0.005);
  });

  it('prints the rows of all its parts as JSON in the last line, in a smoke run', async () => {
    const { stdout, stderr } = await bench('optimizers', '--smoke', '--no-python', '--json');
    const rows = JSON.parse(stdout.trim().split('\n').at(-1)!);
    for (const row of rows) {
      const unit = row.name.startsWith('memory') ? 'mb' : 'ms';
      expect(row).to.include.all.keys(
        ...['name', 'vocabulary', `ours_${unit}`, 'other', `other_${unit}`],
        ...['ratio', 'ratio_is', 'limit', 'met'],
      );
      expect(row[`other_${unit}`]).to.be.above(0);
    }
    const vocabularies = rows.map(({ vocabulary }: { vocabulary: number }) => vocabulary);
    expect(vocabularies).to.deep.equal([20, 20, 500, 500, 1000, null, null, 500, 20, null]);
    expect(stderr).to.match(/tf\.js 4\.\d+\.\d+, backend .*threads in one operation: 1\n/);
    expect(stderr).to.include('The PyTorch rows are left out: --no-python.');
    // Exactly one float32 for each of 784·5 + 5 + 5·10 + 10 weights.
    const slow = rows.at(-1);
    expect(slow).to.include({ ours_mb: slow.other_mb, ratio: 1 });
  });

  it('names the suites and parts there are when asked for another', async () => {
    const suite = (await rejection(bench('layer'))) as Error & { stderr: string; code: number };
    expect(suite.code).to.equal(2);
    expect(suite.stderr).to.include(
      'There is no suite "layer": choose training, optimizers, kernel, scale.',
    );
    const part = (await rejection(bench('optimizers', '--only', 'tests'))) as typeof suite;
    expect(part.stderr).to.include(
      'The suite optimizers has no "tests": choose from dense, vocabulary, pytorch, lookahead, memory.',
    );
  });

  describe('beside PyTorch', () => {
    let folder: string;
    const work = { vocabulary: 9, width: 2, ids: new Int32Array(BATCHES * BATCH[0] * BATCH[1]) };
    /** A program that stands for Python. */
    function program(body: string): string {
      const file = join(folder, `python-${body.length}`);
      writeFileSync(file, `#!/bin/sh\n${body}\n`);
      chmodSync(file, 0o755);
      return file;
    }

    before(function () {
      if (process.platform === 'win32') skip(this, 'needs a shell');
      folder = mkdtempSync(join(tmpdir(), 'lazyahead-bench-test-'));
    });
    after(() => folder && rmSync(folder, { recursive: true, force: true }));

    it('uses the Python of LAZYAHEAD_PYTHON where that can import torch', async () => {
      const python = program('echo \'{"torch": "9.9.9"}\'');
      const torch = await withPython(python, process.env.PATH, () =>
        findPython(['torch'], () => {}),
      );
      expect(torch).to.deep.equal({ python, versions: { torch: '9.9.9' } });
    });

    it('says why in one line where PyTorch is not there and cannot be installed', async () => {
      // A Python without torch, and whose pip fails: the only one on the path.
      const python = program(
        'case "$*" in *venv*) for venv; do :; done; mkdir -p "$venv/bin"; cp "$0" "$venv/bin/python";; *pip*) echo "first" >&2; echo "ERROR: no such index" >&2; exit 1;; *torch*) exit 1;; esac',
      );
      const path = mkdtempSync(join(folder, 'path-'));
      writeFileSync(join(path, 'python3'), `#!/bin/sh\nPATH=/usr/bin:/bin exec ${python} "$@"\n`);
      chmodSync(join(path, 'python3'), 0o755);
      const folders = makeDataFolders();
      const said: string[] = [];
      try {
        const torch = await withPython(python, path, () =>
          findPython(['torch'], (line) => said.push(line)),
        );
        expect(torch).to.deep.equal({
          reason: 'torch could not be installed (ERROR: no such index).',
        });
        expect(said[0]).to.equal(`LAZYAHEAD_PYTHON (${python}) cannot import torch.`);
        expect(said[1]).to.match(/^Installing tensorflow-cpu==.*torch==2\.\d+\.\d+ to /);
      } finally {
        folders.remove();
      }
    });

    it('tells a process to take steps and reads their times', async () => {
      const python = program(
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
        'echo {}; while read -r line; do n="${line#*:}"; echo "{\\"ms\\": [${n%\\}}, 2.5]}"; done; exit 0 # answers',
      );
      const torch = await startTorch(python, work, 1);
      expect(await torch.steps(3)).to.deep.equal([3, 2.5]);
      expect(await torch.steps(4)).to.deep.equal([4, 2.5]);
      torch.dispose();
    });

    it('passes on the last words of a process that dies', async () => {
      const dies = program('echo {}; read line; echo "no memory" >&2; exit 3');
      const torch = await startTorch(dies, work, 1);
      const { message } = await rejection(Promise.resolve(torch.steps(1)));
      torch.dispose();
      expect(message).to.equal("PyTorch's process ended with code 3: no memory");
      const never = program('echo "no torch" >&2; exit 1');
      expect((await rejection(startTorch(never, work, 1))).message).to.include('code 1: no torch');
    });

    it('takes real steps where there is a PyTorch', async function () {
      const python = process.env.LAZYAHEAD_PYTHON;
      if (!python) skip(this, 'LAZYAHEAD_PYTHON names no Python with PyTorch');
      const torch = await startTorch(python, work, 1);
      const times = await torch.steps(3);
      torch.dispose();
      expect(times).to.have.lengthOf(3);
      for (const ms of times) expect(ms).to.be.above(0);
    });
  });
});

async function withPython<T>(python: string, path: string | undefined, use: () => Promise<T>) {
  const { LAZYAHEAD_PYTHON, PATH } = process.env;
  Object.assign(process.env, { LAZYAHEAD_PYTHON: python, PATH: path });
  try {
    return await use();
  } finally {
    process.env.PATH = PATH;
    if (LAZYAHEAD_PYTHON === undefined) delete process.env.LAZYAHEAD_PYTHON;
    else process.env.LAZYAHEAD_PYTHON = LAZYAHEAD_PYTHON;
  }
}
