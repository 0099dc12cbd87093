import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { comparisonText, listText, showText } from '../../src/report/runs.js';
import { readListed } from '../../src/training/list-runs.js';
import { filesOfRun } from '../charts/sample-runs.js';

describe('runs as text', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lazyahead-runs-text-'));
  after(() => rmSync(folder, { recursive: true }));

  it('have no control character, and no line that is none of ours', () => {
    const evil = '\u001b[2Jx\u009b1m\nResult';
    const files = filesOfRun({ optimizer: evil, preset: evil, message: evil, status: 'diverged' });
    files['environment.json'] = JSON.stringify({ node: evil, [evil]: 1 });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const run = readListed(folder);
    for (const text of [listText([run]), showText(run), comparisonText([run, run])]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(text).not.to.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }
    expect(showText(run)).to.include('\\x1b[2Jx\\x9b1m Result');
    expect(showText(run).match(/^Result$/gm)).to.have.length(1);
  });
});
