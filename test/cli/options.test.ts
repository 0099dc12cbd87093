import { expect } from 'chai';
import fc from 'fast-check';
import { OPTIMIZER_NAMES, optimizerList } from '../../src/cli/options.js';
import { EXPERIMENTS } from '../../src/experiments/config.js';
import { start } from './command.js';

describe('a list of optimizers on the command line', () => {
  for (const [text, items] of [
    ['adam', ['adam']],
    ['adam, lazy-adam', ['adam', 'lazy-adam']],
    ['', []],
    ['adam,,lazy-adam,', ['adam', 'lazy-adam']],
    [
      'adam,lookahead(lazy(adam(1e-3)), k=5),sgd(0.1)',
      ['adam', 'lookahead(lazy(adam(1e-3)), k=5)', 'sgd(0.1)'],
    ],
    [
      'lazy(adam, layers=["a),b", \'c),d\', "e\\"),f"]),adam',
      ['lazy(adam, layers=["a),b", \'c),d\', "e\\"),f"])', 'adam'],
    ],
    // Whoever reads the spec says what is wrong with it.
    ['lookahead(adam, k=5', ['lookahead(adam, k=5']],
    ['sgd(0.1)),adam', ['sgd(0.1))', 'adam']],
    ["ada'm,adam", ["ada'm", 'adam']],
  ] as [string, string[]][]) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(optimizerList(text)).to.deep.equal(items);
    });
  }

  it('takes apart what commas have joined, however deep the specs', () => {
    const { spec } = fc.letrec<{ spec: string }>((tie) => ({
      spec: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('adam', 'sgd(0.1)', 'momentum(0.1, 0.9)'),
        tie('spec').map((inner) => `lookahead(${inner}, k=5)`),
        tie('spec').map((inner) => `lazy(${inner}, layers=["),(", b])`),
      ),
    }));
    fc.assert(
      fc.property(fc.array(spec), (specs) => {
        expect(optimizerList(specs.join(','))).to.deep.equal(specs);
      }),
    );
  });
});

describe('the help on optimizers', () => {
  it('has the names of every experiment’s, and no others', () => {
    const lines = OPTIMIZER_NAMES.trim().split('\n').slice(1);
    const listed = lines.flatMap((line) => {
      const [experiments, optimizers] = line.trim().split(/ {2,}/);
      return experiments.split(', ').map((name) => [name, optimizers.split(', ')]);
    });
    const all = Object.values(EXPERIMENTS).map(({ name, optimizers }) => [
      name,
      Object.keys(optimizers),
    ]);
    expect(Object.fromEntries(listed)).to.deep.equal(Object.fromEntries(all));
  });

  it('is that of run', async () => {
    expect((await start(['run', '--help'])).out).to.contain(OPTIMIZER_NAMES);
  });
});
