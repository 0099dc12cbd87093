import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
