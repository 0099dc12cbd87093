import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { start } from './command.js';

describe('lazyahead robustness', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-robustness-cli-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('says what it would run and how long that takes with --plan', async () => {
    const { code, out, err } = await start(
      // No more epochs than a probe needs to see.
      ['robustness', 'cifar10', '--preset', 'smoke', '--plan', '--run-dir', join(folder, 'a plan')],
    );
    expect(code, err).to.equal(0);
    // 10 of the rates and 9 of k and α, of which one is both.
    expect(err).to.match(/18 trials.*about \d.*To (start|go on with) it: /s);
    expect(err).to.contain(
      `it: npx lazyahead robustness cifar10 --preset smoke --run-dir '${join(folder, 'a plan')}'\n`,
    );
    expect(out).to.equal('');
  });

  for (const [args, sentence] of [
    [['robustness', 'imdb'], 'There is no study of robustness on imdb'],
    [['robustness', 'cifar'], 'There is no experiment "cifar"; did you mean cifar10?'],
    [['robustness', 'ptb', '--lr', '1'], "unknown option '--lr'"],
  ] as [string[], string][]) {
    it(`ends with 2 and one sentence: ${args.join(' ')}`, async () => {
      const { code, err } = await start(args);
      expect(err).to.contain(sentence);
      expect(code).to.equal(2);
    });
  }
});
