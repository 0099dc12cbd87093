/** The published page, as anyone can write it again. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { ROOT } from '../cli/command.js';

describe('results/README.md', () => {
  let clone: string;
  const at = (...names: string[]) => join(clone, 'results', ...names);
  const read = (folder: string) => ({
    page: readFileSync(join(folder, 'README.md'), 'utf8'),
    charts: readdirSync(join(folder, 'charts'))
      .sort()
      .map((name) => [name, readFileSync(join(folder, 'charts', name), 'utf8')]),
  });
  const write = () => {
    const tsx = pathToFileURL(require.resolve('tsx')).href;
    const main = join(ROOT, 'src/cli/main.ts');
    const command = ['--import', tsx, main, 'report', 'results', '--md'];
    execFileSync(process.execPath, command, { cwd: clone, stdio: 'pipe' });
  };

  before(() => {
    clone = mkdtempSync(join(tmpdir(), 'lazyahead-results-'));
    cpSync(join(ROOT, 'results'), at(), { recursive: true });
  });
  after(() => rmSync(clone, { recursive: true }));

  it('comes back byte for byte when it and its charts were deleted, in another folder too', () => {
    rmSync(at('README.md'));
    rmSync(at('charts'), { recursive: true });
    write();
    const published = read(join(ROOT, 'results'));
    const { page, charts } = read(at());
    // Not `equal`: two pages that differ are too long to be compared on a screen.
    expect(page === published.page, 'run npx lazyahead report results --md').to.equal(true);
    expect(charts.map(([name]) => name)).to.deep.equal(published.charts.map(([name]) => name));
    for (const [i, [name, chart]] of charts.entries()) {
      expect(chart === published.charts[i][1], name).to.equal(true);
    }
  });

  describe('after a change', () => {
    let before: ReturnType<typeof read>;
    const edit = (name: string, change: (text: string) => string) => {
      const file = join(at('cifar10-quick/trials', 'sgd-seed1-2cb26cf2'), name);
      writeFileSync(file, change(readFileSync(file, 'utf8')));
    };
    const setBest = (text: string) =>
      text.replace(/"bestValAccuracy": [\d.]+/, '"bestValAccuracy": 0.7');

    beforeEach(() => {
      before = read(at());
    });

    it('of a summary’s time is another page', () => {
      edit('summary.json', (text) => text.replace(/"seconds": [\d.]+/, '"seconds": 3600'));
      write();
      const { page, charts } = read(at());
      expect(page === before.page).to.equal(false);
      expect(charts).to.deep.equal(before.charts);
    });

    it('of a summary’s result alone leaves its run out, as its epochs say something else, and says so', () => {
      edit('summary.json', setBest);
      write();
      expect(read(at()).page).to.include(
        'left out: The run in results/cifar10-quick/trials/sgd-seed1-2cb26cf2 is damaged (summary.json has bestValAccuracy 0.7, metrics.jsonl has 0.5315',
      );
    });

    it('of a result and its epoch is another page and another chart', () => {
      edit('metrics.jsonl', (text) => text.replace(/"valAccuracy":[\d.]+/, '"valAccuracy":0.7'));
      write();
      const { page, charts } = read(at());
      expect(page).to.include('70.00 %');
      const differing = charts.filter(([, chart], i) => chart !== before.charts[i][1]);
      expect(differing.map(([name]) => name)).to.deep.equal(['cifar10-quick.svg']);
    });
  });

  it('names no time, no host and no path of the machine that wrote it', () => {
    expect(read(at()).page).not.to.match(/\d\d:\d\d|\/(home|root|tmp|work|usr)\/|\.\.\//);
  });
});
