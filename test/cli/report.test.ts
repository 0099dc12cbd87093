import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { filesOfRun } from '../charts/sample-runs.js';
import { ROOT, start } from './command.js';

describe('lazyahead report --md', () => {
  let folder: string;
  let readme: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-report-cli-'));
    readme = join(folder, 'README.md');
    mkdirSync(join(folder, 'run'));
    for (const [name, content] of Object.entries(filesOfRun())) {
      writeFileSync(join(folder, 'run', name), content);
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (...args: string[]) => start(['report', folder, '--md', ...args]);

  it('leaves a README.md that is the user’s own as it is, and writes nothing else', async () => {
    const own = '# My project\n\n## How to check it\n';
    writeFileSync(readme, own);
    const { code, out, err } = await write('--html');
    expect(err).to.equal(
      `lazyahead: ${readme} is there already and is no report of ours: name another file, as in --md report.md, or move it away.\n`,
    );
    expect([code, out]).to.deep.equal([2, '']);
    expect(readFileSync(readme, 'utf8')).to.equal(own);
    expect(readdirSync(folder).sort()).to.deep.equal(['README.md', 'run']);
  });

  it('says that it takes a file where a folder follows it, and so does --html', async () => {
    for (const option of ['html', 'md']) {
      const { code, err } = await start(['report', `--${option}`, folder, join(folder, 'run')]);
      expect([code, err]).to.deep.equal([
        2,
        `lazyahead: --${option} takes a file, and ${folder} is a folder: write --${option} behind the folders, or --${option} report.${option}.\n`,
      ]);
    }
  });

  it('leaves a page that is none of ours as it is, and writes over one that is', async () => {
    const notes = join(folder, 'notes.html');
    writeFileSync(notes, '<!doctype html><title>My notes</title>');
    const { code, err } = await write('--html', notes);
    expect([code, err]).to.deep.equal([
      2,
      `lazyahead: ${notes} is there already and is no report of ours: name another file, as in --html report.html, or move it away.\n`,
    ]);
    expect(readFileSync(notes, 'utf8')).to.equal('<!doctype html><title>My notes</title>');
    expect(existsSync(readme)).to.equal(false);
    for (const _ of [1, 2]) expect((await start(['report', folder, '--html'])).code).to.equal(0);
  });

  it('writes over a report, and over what is left of one', async () => {
    writeFileSync(readme, readFileSync(join(ROOT, 'results', 'README.md'), 'utf8'));
    expect((await write()).code).to.equal(0);
    const page = readFileSync(readme, 'utf8');
    expect(page).to.match(/^# Sentiment of IMDB reviews: .*\n\n1 run, /);
    writeFileSync(readme, page.slice(0, 10));
    expect((await write()).code).to.equal(0);
    expect(readFileSync(readme, 'utf8')).to.equal(page);
  });
});
