import { expect } from 'chai';
import { parametersCell, parseParameter } from '../../src/kernel/parameters.js';
import { UsageError } from '../../src/runtime/errors.js';
import { notebookFolder } from './notebooks.js';

describe('parameters of a notebook', () => {
  const folder = notebookFolder();
  after(() => folder.remove());
  const cell = "let preset = 'smoke';\nconst seeds = [1]; // as many as there is time for\n";
  const file = folder.write('tagged.ipynb', ['1', cell], { tags: [[], ['parameters']] });

  it('are declared anew by let, whose type is not that of one value alone', () => {
    const source = parametersCell(file, { preset: 'quick', seeds: [1, 2] });
    expect(source).to.equal('// Set from outside\nlet preset = "quick";\nlet seeds = [1,2];');
  });

  it('are refused when the notebook declares no such name', () => {
    expect(() => parametersCell(file, { presets: 'quick' })).to.throw(
      UsageError,
      /tagged.ipynb has no parameter presets: it has preset, seeds\.$/,
    );
  });

  it('are refused when no cell is tagged', () => {
    const plain = folder.write('plain.ipynb', [cell]);
    expect(() => parametersCell(plain, { preset: 'quick' })).to.throw(
      UsageError,
      /no cell tagged "parameters"/,
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
