import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startFileServer } from '../support/file-server.js';
import { start } from './command.js';

describe('the lazyahead command', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-cli-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const smoke = ['--preset', 'smoke', '--seed', '3'];
  const adam = ['--optimizer', 'adam'];

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

  it('takes a spec for an optimizer, and tells it in canonical form', async () => {
    const { code, out, err } = await start([
      ...['run', 'imdb', ...smoke, '--epochs', '1', '--run-dir', join(folder, 'spec')],
      ...['--optimizer', 'lookahead(lazy(adam), k=5)'],
    ]);
    expect(code, err).to.equal(0);
    expect(out).to.match(
      /^lookahead\(lazy\(adam\(1e-3\)\), k=5, alpha=0\.5\) on imdb-synthetic: best/,
    );
  });

  it('compares specs, whose commas are their own', async () => {
    const runDir = join(folder, 'specs');
    const { code, out, err } = await start([
      ...['reproduce', 'imdb', '--preset', 'smoke', '--epochs', '1', '--run-dir', runDir, '--json'],
      ...['--optimizers', 'adam,lookahead(clip(sgd(0.1), norm=1), k=2)'],
    ]);
    expect(code, err).to.equal(0);
    const spec = 'lookahead(clip(sgd(0.1), norm=1), k=2, alpha=0.5)';
    expect(JSON.parse(out).map((s: { optimizer: string }) => s.optimizer)).to.deep.equal([
      'adam',
      spec,
    ]);
    expect(readFileSync(join(runDir, 'report.html'), 'utf8')).to.contain(spec);
  });

  for (const args of [
    ['run', 'imdb', '--optimizer'],
    ['reproduce', 'imdb', '--optimizers'],
  ]) {
    it(`ends with 2 and a caret under the mistake in a spec: ${args.join(' ')}`, async () => {
      const runDir = join(folder, 'mistake');
      const spec = 'lookahead(lazy(adam(1e-3)), kk=5)';
      const { code, out, err } = await start([...args, spec, '--run-dir', runDir]);
      const [sentence, ...picture] = err.trimEnd().split('\n');
      expect(sentence).to.contain('lazyahead: lookahead has no argument "kk"');
      expect(picture).to.deep.equal([`  ${spec}`, `${' '.repeat(2 + spec.indexOf('kk'))}^`]);
      expect(out).to.equal('');
      expect(code).to.equal(2);
      expect(existsSync(runDir)).to.equal(false);
    });
  }

  it('shows the runs that were made before one fails, and then the error', async () => {
    const runDir = join(folder, 'half');
    mkdirSync(runDir);
    writeFileSync(join(runDir, 'lookahead-adam-seed1'), 'where its folder should be');
    const { code, out, err } = await start([
      ...['reproduce', 'imdb', '--preset', 'smoke', '--optimizers', 'adam,lookahead-adam'],
      ...['--epochs', '1', '--run-dir', runDir],
    ]);
    expect(out)
      .to.contain('about 83.7 %')
      .and.to.match(/\n1 of 2 runs completed in \d/);
    expect(out).to.contain('not the preset: epochs 1');
    expect(existsSync(join(runDir, 'report.html'))).to.equal(true);
    expect(err.trim().split('\n').at(-1)).to.match(/lookahead-adam-seed1 cannot be written/);
    expect(code).to.equal(2);
  });

  for (const command of ['run', 'reproduce']) {
    it(`ends with 130 and one sentence when ${command} is interrupted while it downloads`, async () => {
      const cache = mkdtempSync(join(folder, 'cache-'));
      const preload = join(cache, 'tell.cjs');
      writeFileSync(
        preload,
        `require('node:diagnostics_channel').subscribe('undici:request:create', () => {
          process.stderr.write('asked the net');
        });`,
      );
      const silent = await startFileServer(() => {});
      const runDir = join(folder, `interrupted-${command}`);
      let asked = false;
      const { code, err } = await start(
        [command, 'imdb', ...(command === 'run' ? adam : []), '--run-dir', runDir],
        (child, text) => {
          if (!asked && text.includes('asked the net')) {
            asked = true;
            child.kill('SIGINT');
          }
        },
        {
          preload,
          env: { LAZYAHEAD_DATA: '', LAZYAHEAD_CACHE: cache, LAZYAHEAD_MIRROR: silent.url },
        },
      );
      silent.close();
      const sentence = 'lazyahead: The run was interrupted before training started.';
      expect(err.replace('asked the net', '').trim().split('\n').at(-1)).to.equal(sentence);
      expect(code).to.equal(130);
      expect(existsSync(runDir)).to.equal(false);
    });
  }

  it('ends a run within a few seconds of Ctrl-C, readable, with exit code 130', async () => {
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
    // Half a second where the machine is idle.
    expect(performance.now() - asked).to.be.below(20_000);
    expect(code).to.equal(130);
    expect(err).to.contain('The run was interrupted');
    expect(err).to.match(
      /\nTo continue: npx lazyahead run imdb .*--epochs 500 --run-dir \S+ --resume\n/,
    );
    const summary = JSON.parse(readFileSync(join(runDir, 'summary.json'), 'utf8'));
    expect(summary).to.include({ status: 'interrupted' });
    expect(summary.epochs).to.be.at.least(1);
  });

  it('says how a comparison goes on that was interrupted, with its folder quoted where it must be', async () => {
    const runDir = join(folder, 'a comparison');
    let asked = false;
    const { code, err } = await start(
      ['reproduce', 'imdb', '--preset', 'smoke', '--epochs', '500', '--run-dir', runDir],
      (child, text) => {
        if (!asked && text.includes('epoch 1 of')) asked = child.kill('SIGINT');
      },
    );
    expect(code, err).to.equal(130);
    expect(err).to.contain(
      `\nTo continue: npx lazyahead reproduce imdb --preset smoke --epochs 500 --run-dir '${runDir}' --resume\n`,
    );
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
    [['run', 'imdb', '--optimizer', 'sgd(0.1)', '--lr', '1'], 'Beside a spec there is no lr:'],
    [
      ['reproduce', 'imdb', '--optimizers', 'lookahead-adam,sgd(1)', '--k', '2'],
      'there is no k: write',
    ],
    [['reproduce', 'imdb', '--optimizers', 'adam,lamb'], 'There is no optimizer "lamb"'],
    [['reproduce', 'imdb', '--optimizers', ''], 'The list of optimizers is empty'],
    [['reproduce', 'imdb', '--optimizers', 'adam', '--k', '7'], 'adam has no Lookahead'],
    [['rn'], "unknown command 'rn'"],
    [['run', 'imdb'], 'Say what to train with: --optimizer adam'],
    [['run', 'imdb', '--optimizr', 'adam'], "unknown option '--optimizr'"],
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

  it('shows control characters of what it was given, which a terminal would obey', async () => {
    const { code, err } = await start(['run', 'imdb', '--optimizer', 'ad\u001b[2Jam']);
    expect(code).to.equal(2);
    expect(err).to.contain('There is no optimizer "ad\\x1b[2Jam"').and.not.to.contain('\u001b');
  });

  it('names a damaged file in one sentence and ends with 1', async () => {
    const data = mkdtempSync(join(folder, 'data-'));
    mkdirSync(join(data, 'imdb'));
    writeFileSync(join(data, 'imdb', 'imdb.npz'), 'PK and then nothing');
    const { code, err } = await start(
      ['run', 'imdb', ...adam, '--preset', 'quick', '--run-dir', join(folder, 'damaged')],
      undefined,
      { env: { LAZYAHEAD_DATA: data } },
    );
    expect(err).to.contain(join(data, 'imdb', 'imdb.npz'));
    expect(err.trim().split('\n'), err).to.have.length(1);
    expect(code).to.equal(1);
    expect(existsSync(join(folder, 'damaged'))).to.equal(false);
  });
});
