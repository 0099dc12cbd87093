import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SweepDirectory } from '../../src/sweeps/sweep-directory.js';
import { start } from './command.js';

/** A file's text; null of a folder. */
const readText = (path: string) => (statSync(path).isFile() ? readFileSync(path, 'utf8') : null);

describe('lazyahead sweep and report', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-sweep-cli-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const smoke = ['sweep', 'imdb', '--preset', 'smoke', '--epochs', '1'];
  const trialsIn = (path: string) => readdirSync(join(path, 'trials')).sort();

  it('sweeps a grid, is continued with more, and is reported as page, Markdown and JSON', async () => {
    const path = join(folder, 'grid');
    const args = [...smoke, '--optimizers', 'adam,lookahead-adam', '--run-dir', path];
    const grid = ['--grid', 'k=2,5', '--grid', 'alpha=0.5'];
    const first = await start([...args, ...grid, '--workers', '2']);
    expect(first.code, first.err).to.equal(0);
    expect(first.err).to.match(/3 trials.*2 at a time|3 trials.*1 at a time/);
    expect(first.err).to.match(/\[3\/3\] .*, seed 1: best \d\d\.\d\d % in [^;]+ s; none left/);
    expect(first.out).to.match(/lookahead-adam +k 2 /);
    expect(first.out).to.contain('3 of 3 trials have ended');
    expect(readFileSync(join(path, 'report.html'), 'utf8')).to.contain('synthetic data');
    const before = trialsIn(path).map((id) =>
      readFileSync(join(path, 'trials', id, 'summary.json'), 'utf8'),
    );

    const second = await start([...args, '--grid', 'k=2,5,9', '--grid', 'alpha=0.5', '--json']);
    expect(second.code, second.err).to.equal(0);
    expect(second.err).to.contain('4 trials, 3 of them finished already');
    const { sections } = JSON.parse(second.out);
    expect(sections[0].runs).to.have.length(4);
    for (const content of before) {
      const { weightsSha256, seconds } = JSON.parse(content);
      const again = sections[0].runs.filter((run: { seconds: number }) => run.seconds === seconds);
      expect(again[0].weightsSha256).to.equal(weightsSha256);
    }

    const third = await start(['report', path, '--html', '--md', join(folder, 'page.md')]);
    expect(third.code, third.err).to.equal(0);
    expect(readFileSync(join(folder, 'page.md'), 'utf8')).to.contain('grid/trials/');
    const fourth = await start(['report', path, '--json']);
    expect(JSON.parse(fourth.out)).to.deep.equal(JSON.parse(second.out));
  });

  it('only says what it would run with --plan', async () => {
    const path = join(folder, 'plan');
    const args = ['--random', '3', '--log-range', 'lr=1e-4..1e-1', '--optimizers', 'adam'];
    const { code, out, err } = await start([...smoke, ...args, '--plan', '--run-dir', path]);
    expect(code, err).to.equal(0);
    expect(err).to.match(/3 trials, .* at a time: about \d/);
    expect(out).to.equal('');
  });

  it('stops at Ctrl-C with 130, keeps what has ended, and goes on from there', async () => {
    const path = join(folder, 'interrupted');
    const args = ['--optimizers', 'adam', '--seeds', '1,2,3', '--workers', '1', '--run-dir', path];
    let asked = false;
    const first = await start([...smoke, ...args], (child, err) => {
      if (!asked && err.includes('[1/3]')) {
        asked = true;
        child.kill('SIGINT');
      }
    });
    expect(first.code, first.err).to.equal(130);
    expect(first.out).to.contain(`To continue: npx lazyahead sweep --run-dir ${path}`);
    const kept = trialsIn(path);
    expect(kept.length).to.be.within(1, 2);

    const second = await start(['sweep', '--run-dir', path]);
    expect(second.code, second.err).to.equal(0);
    expect(trialsIn(path)).to.have.length(3).and.to.include.members(kept);
    expect(existsSync(join(path, 'unfinished'))).to.equal(false);
  });

  it('reports a trial that fails, runs the others, and ends with 1', async () => {
    const path = join(folder, 'failing');
    const preload = join(folder, 'unlucky.cjs');
    // The process of the trial with seed 2 dies when it reads its order.
    writeFileSync(
      preload,
      `const { parse } = JSON;
      JSON.parse = (text, ...rest) => {
        if (/"runDir"/.test(text) && /"seed":2/.test(text)) process.kill(process.pid, 'SIGKILL');
        return parse(text, ...rest);
      };`,
    );
    const { code, out, err } = await start(
      [...smoke, '--optimizers', 'adam', '--seeds', '1,2', '--run-dir', path, '--workers', '1'],
      undefined,
      { preload },
    );
    expect(code, err).to.equal(1);
    expect(err).to.match(/adam, seed 2: failed\. Its process was ended by SIGKILL/);
    expect(out).to.contain('1 of 2 trials have ended, 1 failed');
    expect(trialsIn(path)).to.have.length(1);
  });

  it('changes nothing in a directory that another process is using, neither plan nor search', async () => {
    const path = join(folder, 'used');
    const directory = SweepDirectory.open(path, 'imdb', []);
    const contents = () => readdirSync(path).map((name) => [name, readText(join(path, name))]);
    const before = contents();
    for (const more of [
      ['--grid', 'lr=0.5,0.7'],
      ['--grid', 'lr=0.5,0.7', '--search', 'tpe', '--trials', '9'],
    ]) {
      const args = ['--optimizers', 'adam', '--run-dir', path, ...more];
      const { code, err } = await start([...smoke, ...args]);
      expect(err).to.contain(`${path} is being used by process ${process.pid}`);
      expect(code).to.equal(2);
      expect(contents()).to.deep.equal(before);
    }
    directory.close();
  });

  for (const [args, sentence] of [
    [['sweep', 'imdb', '--grid', 'kk=1'], 'There is no hyperparameter "kk"; did you mean k?'],
    [['sweep', 'imdb', '--grid', 'k'], '--grid takes a name and values'],
    [['sweep', 'imdb', '--range', 'lr=1..2'], 'say how many times with --random'],
    [['sweep', 'imdb', '--search-seed', '7'], '--search-seed 7 decides what --random or --search'],
    [
      ['sweep', 'imdb', '--range', 'lr=1..2', '--log-range', 'lr=3..4', '--random', '2'],
      'Both --range and --log-range have lr: leave one of the two ranges out.',
    ],
    [['sweep', 'imdb', '--grid', 'toString=1'], 'There is no hyperparameter "toString".'],
    [['sweep', 'imbd'], 'There is no experiment "imbd"; did you mean imdb?'],
    [['sweep', 'imdb', '--address', 'auto'], '--address is about a Ray cluster: add --engine ray'],
    [['robustness', 'ptb', '--worker-command', 'x'], '--worker-command is about a Ray cluster'],
    [['sweep'], 'Name an experiment, or a sweep to continue with --run-dir.'],
    [
      ['sweep', 'imdb', '--run-dir', 'package.json'],
      '--run-dir takes a folder, and package.json is a file: name another.',
    ],
    [['robustness', 'ptb', '--run-dir', 'package.json'], 'package.json is a file'],
    [['sweep', '--run-dir', '/no/sweep'], '/no/sweep holds no sweep'],
    [['sweep', '--run-dir', '/no/sweep', '--seeds', '1,2'], '--seeds says what is to be run'],
    [
      ['sweep', '--run-dir', '/no/sweep', '--search', 'tpe', '--trials', '40'],
      '--search says what is to be run: name the experiment too',
    ],
    [['sweep', 'imdb', '--resume'], "unknown option '--resume'"],
    [['sweep', 'imdb', '--workers', '0'], '--workers takes a whole number from 1, not 0.'],
    [['sweep', 'imdb', '--threads', '1.5'], '--threads takes a whole number from 1, not 1.5.'],
    [['report', '/no/run'], 'There is nothing at /no/run.'],
    [['report'], "missing required argument 'paths'"],
  ] as [string[], string][]) {
    it(`ends with 2 and one sentence: ${args.join(' ')}`, async () => {
      const { code, out, err } = await start(args);
      expect(err).to.contain(sentence);
      expect(err.trim().split('\n').length, err).to.be.at.most(2);
      expect(out).to.equal('');
      expect(code).to.equal(2);
    });
  }
});
