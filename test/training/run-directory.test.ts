import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { UsageError } from '../../src/runtime/errors.js';
import { RunDirectory } from '../../src/training/run-directory.js';

describe('a run’s directory', () => {
  const path = mkdtempSync(join(tmpdir(), 'lazyahead-directory-'));
  after(() => rmSync(path, { recursive: true }));

  const config = (dataset: object) => ({
    ...{ experiment: 'imdb', optimizer: 'adam', spec: 'adam(1e-3)', settings: {} },
    dataset: { name: 'imdb-synthetic', synthetic: true, ...dataset },
  });

  it('holds the same run whatever kept the real data away this time, and another with other data', () => {
    writeFileSync(join(path, 'config.json'), JSON.stringify(config({ reason: 'No such host.' })));
    const directory = new RunDirectory(path, true);
    try {
      directory.refuseOther(config({ reason: 'The connection broke off.' }));
      directory.refuseOther(config({}));
      expect(() => directory.refuseOther(config({ trainExamples: 9 }))).to.throw(
        UsageError,
        'holds another run, with dataset {"name":"imdb-synthetic","synthetic":true}, not {"name":"imdb-synthetic","synthetic":true,"trainExamples":9}',
      );
    } finally {
      directory.close();
    }
  });
});
