import { expect } from 'chai';
import fc from 'fast-check';
import { optimizerList } from '../../src/cli/options.js';

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
