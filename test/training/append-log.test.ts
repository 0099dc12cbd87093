import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AppendLog, countLines } from '../../src/training/append-log.js';

describe('an append-only log', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-log-'));
    path = join(folder, 'steps.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('has each line in the file at once', () => {
    const log = new AppendLog(path, 0);
    log.append({ step: 1 });
    expect(readFileSync(path, 'utf8')).to.equal('{"step":1}\n');
    log.append({ step: 2, word: 'naïve' });
    expect(readFileSync(path, 'utf8')).to.equal('{"step":1}\n{"step":2,"word":"naïve"}\n');
    expect(log.size).to.equal(readFileSync(path).length);
    log.close();
  });

  it('is cut back to where it is gone on with, and counts what is lost before', () => {
    // Two whole lines are kept; two are lost, and a third that was cut off.
    writeFileSync(path, '{"step":1}\n{"step":2}\n{"step":3}\n{"step":4}\n{"st');
    expect(countLines(path, 22)).to.equal(2);
    const log = new AppendLog(path, 22);
    log.append({ step: 3 });
    log.close();
    expect(readFileSync(path, 'utf8')).to.equal('{"step":1}\n{"step":2}\n{"step":3}\n');
  });

  it('begins anew at 0, whatever was there', () => {
    writeFileSync(path, 'something\n');
    new AppendLog(path, 0).close();
    expect(readFileSync(path, 'utf8')).to.equal('');
  });
});
