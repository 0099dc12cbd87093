import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeReport } from '../../src/report/write.js';
import { REPORTED, sampleRun } from '../charts/sample-runs.js';

const content = {
  title: 'A report',
  sections: [{ runs: [sampleRun()], reported: REPORTED }],
  environments: [],
};

describe('writeReport', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lazyahead-report-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('writes the page and nothing beside it, making the folder', async () => {
    const file = join(folder, 'new', 'report.html');
    await writeReport(file, content);
    const html = await readFile(file, 'utf8');
    expect(html).to.match(/^<!doctype html>/);
    expect(html).to.match(/Written \d{4}-/);
    expect(html).to.match(/<\/html>\n$/);
    expect(await readdir(join(folder, 'new'))).to.deep.equal(['report.html']);
  });

  it('says which file could not be written', async () => {
    const blocked = join(folder, 'file');
    await writeFile(blocked, '');
    const error = await writeReport(join(blocked, 'report.html'), content).then(
      () => null,
      (reason: Error) => reason,
    );
    expect(error?.message).to.match(/^cannot write the report .*report\.html: /);
  });
});
