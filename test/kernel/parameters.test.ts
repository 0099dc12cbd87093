import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type NotebookParameters,
  parametersCell,
  parseParameter,
} from '../../src/kernel/parameters.js';
import { UsageError } from '../../src/runtime/errors.js';
import { notebookFolder } from './notebooks.js';

describe('parameters of a notebook', () => {
  const folder = notebookFolder();
  after(() => folder.remove());
  const cell = "let preset = 'smoke';\nconst seeds = [1]; // as many as there is time for\n";
  const file = folder.write('tagged.ipynb', ['1', cell], { tags: [[], ['parameters']] });

  /** Why a notebook's parameters cannot be set so. */
  async function refusal(file: string, values: NotebookParameters): Promise<string> {
    const error = await parametersCell(file, values).catch((error: Error) => error);
    expect(error).to.be.instanceOf(UsageError);
    return (error as Error).message;
  }

  it('are declared anew by let, whose type is not that of one value alone', async () => {
    const source = await parametersCell(file, { preset: 'quick', seeds: [1, 2] });
    expect(source).to.equal('// Set from outside\nlet preset = "quick";\nlet seeds = [1,2];');
  });

  it('are all names that a declaration has, exported or taken apart, but no local ones', async () => {
    const declaring = folder.write(
      'several.ipynb',
      [
        "let a = 1, b: string = ';',\n  c = { x: 1 };\nexport const k = 5; const [first, { second }] = list;\n" +
          '// let commented = 1;\n{ let local = 1; }',
      ],
      { tags: [['parameters']] },
    );
    expect(await refusal(declaring, { local: 1 })).to.match(
      /: it has a, b, c, k, first, second\.$/,
    );
    expect(await parametersCell(declaring, { b: 'x', k: 3 })).to.match(/let b = "x";\nlet k = 3;$/);
  });

  it('are refused when the notebook declares no such name', async () => {
    expect(await refusal(file, { presets: 'quick' })).to.match(
      /tagged.ipynb has no parameter presets: it has preset, seeds\.$/,
    );
  });

  it('are refused when no cell is tagged', async () => {
    const plain = folder.write('plain.ipynb', [cell]);
    expect(await refusal(plain, { preset: 'quick' })).to.match(/no cell tagged "parameters"/);
  });

  it('are refused when the file is no notebook, in one sentence', async () => {
    const other = join(folder.path, 'other.ipynb');
    for (const [content, reason] of [
      ['{"cells": 3}', 'its cells are no list of objects.'],
      ['{"cells": [null]}', 'its cells are no list of objects.'],
      ['{"cells": "ab"}', 'its cells are no list of objects.'],
    ]) {
      writeFileSync(other, content);
      expect(await refusal(other, { preset: 'quick' })).to.equal(
        `${other} is not a notebook that Jupyter can read: ${reason}`,
      );
    }
    for (const content of ['null', '{"cells": [{"metadata": {"tags": 3}, "source": 1}]}']) {
      writeFileSync(other, content);
      expect(await refusal(other, { preset: 'quick' })).to.match(/no cell tagged "parameters"/);
    }
  });

  it('are refused when a number is not finite, which a notebook cannot hold', async () => {
    const values = Object.fromEntries([parseParameter('seeds=[1, 1e999]')]);
    expect(await refusal(file, values)).to.equal(
      'The parameter seeds must have finite numbers, not Infinity.',
    );
  });

  it('are JSON on the command line, or else text', () => {
    expect(parseParameter('epochs=3')).to.deep.equal(['epochs', 3]);
    expect(parseParameter('seeds=[1, 2]')).to.deep.equal(['seeds', [1, 2]]);
    expect(parseParameter('preset=quick')).to.deep.equal(['preset', 'quick']);
    expect(parseParameter('spec=lookahead(sgd(0.1), k=5)')).to.deep.equal([
      'spec',
      'lookahead(sgd(0.1), k=5)',
    ]);
    expect(() => parseParameter('preset')).to.throw(UsageError, '--set takes name=value');
  });
});
