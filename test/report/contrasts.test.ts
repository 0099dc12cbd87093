import { expect } from 'chai';
import fc from 'fast-check';
import { partsOf } from '../../src/report/contrasts.js';

describe('what is left of an optimizer without wrappers and options', () => {
  for (const [optimizer, ...parts] of [
    ['adam'],
    ['lazy-adam-freeze', 'lazy-adam', 'adam'],
    ['lookahead-lazy-adam', 'lazy-adam', 'lookahead-adam', 'adam'],
    ['adam(1e-3)'],
    ['lazy(adam(1e-3), moments=freeze)', 'lazy(adam(1e-3))', 'adam(1e-3)'],
    [
      'lazy(keras_adam(1e-3, ticks=2))',
      ...['lazy(keras_adam(1e-3))', 'keras_adam(1e-3, ticks=2)', 'keras_adam(1e-3)'],
    ],
    ['weight_decay(sgd(0.1), 1e-3)', 'sgd(0.1)'],
    ['lazy(sgd(0.1), tables=[a, "b c"])', 'lazy(sgd(0.1))', 'sgd(0.1)'],
  ]) {
    it(`of ${optimizer}: ${parts.join('; ') || 'nothing'}`, () => {
      expect(partsOf(optimizer)).to.deep.equal(parts);
    });
  }

  it('finds what is below a wrapper that is wrapped itself', () => {
    expect(partsOf('clip(lazy(adam(1e-3)), global_norm=5)')).to.include(
      'clip(adam(1e-3), global_norm=5)',
    );
  });

  it('is nothing for what has brackets and is no spec', () => {
    for (const text of ['a(b', '((', 'lazy(adam(1e-3)', 'a(b) c']) {
      expect(partsOf(text)).to.deep.equal([]);
    }
  });

  it('is shorter than the optimizer, whatever that is called', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        for (const part of partsOf(text)) expect(part.length).to.be.below(text.length);
      }),
      { examples: [['a-'], ['a-b-c'], ['a(b(c), d=1)']] },
    );
  });
});
