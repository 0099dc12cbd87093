import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { start } from './command.js';

describe('lazyahead robustness, as a whole', () => {
  it('runs both studies on generated images, and says everything as JSON', async function () {
    this.timeout(600_000);
    const folder = mkdtempSync(join(tmpdir(), 'lazyahead-robustness-'));
    try {
      const args = [
        '--preset',
        'smoke',
        '--epochs',
        '1',
        '--json',
        '--run-dir',
        join(folder, 'all'),
      ];
      const { code, out, err } = await start(['robustness', 'cifar10', ...args]);
      expect(code, err).to.equal(0);
      const { sections } = JSON.parse(out);
      expect(sections.map(({ rows }: { rows: unknown[] }) => rows.length)).to.deep.equal([10, 9]);
      expect(err).to.contain('18 of 18 runs have ended');
      expect(readFileSync(join(folder, 'all', 'report.html'), 'utf8')).to.contain('map-lr');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
