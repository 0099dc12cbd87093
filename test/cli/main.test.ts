import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const MAIN = resolve(__dirname, '../../src/cli/main.ts');

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

describe('the lazyahead command', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-cli-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function start(
    args: string[],
    watch?: (child: ChildProcess, err: string) => void,
  ): Promise<Ended> {
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
      cwd: resolve(__dirname, '../..'),
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => {
      out += text;
    });
    child.stderr.on('data', (text) => {
      err += text;
      watch?.(child, err);
    });
    return new Promise((done) => child.on('close', (code) => done({ code, out, err })));
  }

  const smoke = ['--preset', 'smoke', '--seed', '3'];

  it('prints the same metrics and weight hashes when a run is repeated', async () => {
    const results = [];
    for (const name of ['first', 'second']) {
      const runDir = join(folder, name);
      const args = ['run', 'imdb', ...smoke, '--optimizer', 'lazy-adam', '--epochs', '1'];
      const { code, out, err } = await start([...args, '--json', '--run-dir', runDir]);
      expect(code, err).to.equal(0);
      const { seconds, ...summary } = JSON.parse(out.trim().split('\n').at(-1)!);
      expect(summary).to.include({ dataset: 'imdb-synthetic', status: 'completed', steps: 50 });
      results.push({ summary, losses: readFileSync(join(runDir, 'steps.jsonl'), 'utf8') });
    }
    expect(results[1]).to.deep.equal(results[0]);
  });

  it('compares optimizers: a table, a report that says the data are synthetic, and JSON', async () => {
    const runDir = join(folder, 'reproduction');
    const { code, out, err } = await start([
      ...['reproduce', 'imdb', '--preset', 'smoke', '--optimizers', 'adam,lookahead-adam'],
      ...['--epochs', '1', '--k', '3', '--seeds', '1', '--run-dir', runDir, '--json'],
    ]);
    expect(code, err).to.equal(0);
    const summaries = JSON.parse(out.trim());
    expect(summaries.map((s: { optimizer: string }) => s.optimizer)).to.deep.equal([
      'adam',
      'lookahead-adam',
    ]);
    expect(err).to.contain('about 83.7 %').and.to.contain('synthetic data');
    expect(readFileSync(join(runDir, 'report.html'), 'utf8')).to.contain('synthetic data');
  });

  it('ends a run within two seconds of Ctrl-C, readable, with exit code 130', async () => {
    const runDir = join(folder, 'interrupted');
    let asked = 0;
    const { code, err } = await start(
      ['run', 'imdb', ...smoke, '--optimizer', 'adam', '--epochs', '500', '--run-dir', runDir],
      (child, text) => {
        if (asked === 0 && text.includes('epoch 1 of')) {
          asked = performance.now();
          child.kill('SIGINT');
        }
      },
    );
    expect(performance.now() - asked).to.be.below(2000);
    expect(code).to.equal(130);
    expect(err).to.contain('The run was interrupted');
    const summary = JSON.parse(readFileSync(join(runDir, 'summary.json'), 'utf8'));
    expect(summary).to.include({ status: 'interrupted' });
    expect(summary.epochs).to.be.at.least(1);
  });

  it('ends with 1 and a sentence when the loss becomes NaN', async () => {
    const runDir = join(folder, 'diverged');
    const { code, err } = await start([
      ...['run', 'imdb', ...smoke, '--optimizer', 'adam', '--lr', '1e38', '--run-dir', runDir],
    ]);
    expect(code).to.equal(1);
    expect(err).to.match(/The loss became NaN in step \d+: try a smaller learning rate/);
    expect(err).not.to.contain(' at ');
  });

  const adam = ['--optimizer', 'adam'];
  for (const [args, sentence] of [
    [['run', 'imbd', ...adam], 'There is no experiment "imbd"; did you mean imdb?'],
    [['run', 'imdb', '--optimizer', 'lazyadam'], 'did you mean lazy-adam?'],
    [['run', 'imdb', ...adam, '--preset', 'smok'], 'did you mean smoke?'],
    [['run', 'imdb', ...adam, '--seed', 'x'], '--seed takes a number, not "x".'],
    [['run', 'imdb', ...adam, '--lr', '-1'], 'lr is a number above 0, not -1.'],
    [['run', 'imdb', '--optimizer', 'lookahead-adam', '--k', '2.5'], 'k is a whole number'],
    [['run', 'imdb', '--optimizer', 'lookahead-adam', '--alpha', 'NaN'], 'not "NaN"'],
    [['run', 'imdb', '--optimizer', 'lookahead-adam', '--alpha', '1.5'], 'not 1.5.'],
    [
      ['run', 'imdb', ...adam, '--run-dir', '/dev/null/run'],
      'The run directory /dev/null/run cannot',
    ],
    [['reproduce', 'imdb', '--seeds', '1,b'], '--seeds takes a number, not "b".'],
    [['reproduce', 'imdb', '--optimizers', 'adam,lamb'], 'There is no optimizer "lamb"'],
    [['rn'], "unknown command 'rn'"],
    [['run', 'imdb', ...adam, '--optimiser', 'sgd'], "unknown option '--optimiser'"],
  ] as [string[], string][]) {
    it(`ends with 2 and one sentence: ${args.join(' ')}`, async () => {
      const { code, out, err } = await start(args);
      expect(err).to.contain(sentence);
      expect(err.trim().split('\n').length, err).to.be.at.most(2);
      expect(out).to.equal('');
      expect(code).to.equal(2);
    });
  }

  it('says where an error comes from with --debug', async () => {
    const { err } = await start(['--debug', 'run', 'imbd', ...adam]);
    expect(err).to.contain('    at ');
  });

  it('names a damaged file in one sentence and ends with 1', async () => {
    const data = mkdtempSync(join(folder, 'data-'));
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(data, 'imdb'));
    writeFileSync(join(data, 'imdb', 'imdb.npz'), 'PK and then nothing');
    const before = process.env.LAZYAHEAD_DATA;
    process.env.LAZYAHEAD_DATA = data;
    try {
      const { code, err } = await start([
        ...['run', 'imdb', ...adam, '--preset', 'quick', '--run-dir', join(folder, 'damaged')],
      ]);
      expect(err).to.contain(join(data, 'imdb', 'imdb.npz'));
      expect(err.trim().split('\n'), err).to.have.length(1);
      expect(code).to.equal(1);
    } finally {
      if (before === undefined) {
        delete process.env.LAZYAHEAD_DATA;
      } else {
        process.env.LAZYAHEAD_DATA = before;
      }
    }
  });
});
