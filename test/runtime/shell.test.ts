import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { shellCommand } from '../../src/runtime/shell.js';

describe('a command to type', () => {
  it('is as it was where a shell reads nothing into it', () => {
    expect(shellCommand(['npx', 'lazyahead', 'runs/a-1', '--lr=1e-3'])).to.equal(
      'npx lazyahead runs/a-1 --lr=1e-3',
    );
    expect(shellCommand(['report', 'my runs', ''])).to.equal("report 'my runs' ''");
  });

  it('gives a shell the words that it was made of', () => {
    // A word cannot hold the byte that ends it.
    const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const shell = `printf '%s\\0' ${shellCommand(['first', ...words])}`;
        const read = execFileSync('sh', ['-c', shell], { encoding: 'utf8' }).split('\0');
        expect(read).to.deep.equal(['first', ...words, '']);
      }),
      { numRuns: 30, examples: [[['a b', "it's", '$HOME', '`ls`', '*', '']]] },
    );
  });
});
