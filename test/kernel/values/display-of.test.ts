import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import fc from 'fast-check';
import { displayOf } from '../../../src/kernel/values/display-of.js';
import type { MimeBundle } from '../../../src/runtime/cell-api.js';

const DISPLAY = Symbol.for('Jupyter.display');

const text = async (value: unknown) => (await displayOf(value))['text/plain'];

describe('what a cell’s last expression looks like', () => {
  it('is what Node prints, without colours, where there is nothing better', async () => {
    const values = [1, 3n, 'text', null, undefined, new Set([1]), Symbol('s'), { a: [1] }];
    const texts = ['1', '3n', "'text'", 'null', 'undefined', 'Set(1) { 1 }', 'Symbol(s)'];
    expect(await Promise.all(values.map(text))).to.deep.equal([...texts, '{ a: [ 1 ] }']);
    expect(displayOf(new Float32Array(1000))).to.have.all.keys('text/plain');
    expect(await text(new Float32Array(1000))).to.match(/^Float32Array\(1000\).*900 more items/s);
  });

  it('is what Node prints for a list with nothing in it but holes', async () => {
    expect(await text(new Array(3))).to.equal('[ <3 empty items> ]');
  });

  it('ends after 20,000 characters, and says how many more there would be', async () => {
    const long = Array.from({ length: 100 }, () => 'x'.repeat(1000));
    const shown = await text(long);
    expect(shown.length).to.be.below(20_100);
    expect(shown).to.match(/… 8\d,\d{3} more characters$/);
  });

  it('is a bundle or text that JSON can carry, for every value there is', async () => {
    const anything = fc.anything({
      ...{ withBigInt: true, withDate: true, withMap: true, withSet: true },
      ...{ withNullPrototype: true, withObjectString: true, withSparseArray: true },
      ...{ withTypedArray: true, withUnboxedBoxedObject: true },
    });
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        const bundle = await displayOf(value);
        expect(bundle['text/plain']).to.be.a('string').that.is.not.equal('');
        expect(JSON.parse(JSON.stringify(bundle))).to.deep.equal(bundle);
      }),
    );
  });

  describe('for an object that says itself how it is shown', () => {
    const shownBy = (display: () => unknown) => displayOf({ k: 5, [DISPLAY]: display });

    it('is that, at once or later', async () => {
      const bundle = { 'text/html': '<b>5</b>', 'text/plain': 'five' };
      expect(shownBy(() => bundle)).to.deep.equal(bundle);
      expect(await shownBy(async () => bundle)).to.deep.equal(bundle);
      class Shown {
        constructor(readonly k: number) {}
        [DISPLAY]() {
          return { 'text/plain': `k = ${this.k}` };
        }
      }
      expect(displayOf(new Shown(7))).to.deep.equal({ 'text/plain': 'k = 7' });
    });

    it('gets a text where it gave none', () => {
      const bundle = shownBy(() => ({ 'application/json': { k: 5 } })) as MimeBundle;
      expect(bundle['application/json']).to.deep.equal({ k: 5 });
      expect(bundle['text/plain']).to.match(/^\{\s*k: 5/);
    });

    it('is its text and the reason, where that throws, rejects or gives no bundle', async () => {
      const fails = () => {
        throw new RangeError('too wide');
      };
      const reason = '(not shown richly: RangeError: too wide)';
      expect((await shownBy(fails))['text/plain'])
        .to.include('k: 5')
        .and.include(reason);
      expect((await shownBy(async () => fails()))['text/plain']).to.include(reason);
      expect((await shownBy(() => 3))['text/plain']).to.include('gave no MIME bundle');
      expect((await shownBy(() => ({ 'application/json': 3n })))['text/plain']).to.match(/BigInt/);
    });
  });

  it('is the state of a promise', async () => {
    expect(await text(new Promise(() => {}))).to.equal(
      'a promise, pending: await it to see its value',
    );
    // Its value says "pending" as well, between quotes.
    expect(await text(Promise.resolve('<pending>'))).to.equal(
      "a promise, fulfilled: await it to use its value\n'<pending>'",
    );
    expect(await text(Promise.reject(new RangeError('bad')))).to.match(
      /^a promise, rejected with\nRangeError: bad\n +at /,
    );
  });

  it('is the message, stack and cause of an error that was not thrown', async () => {
    const shown = await text(new RangeError('k is 0', { cause: new Error('no steps') }));
    expect(shown).to.match(/^RangeError: k is 0\n +at .*\[cause\]: Error: no steps\n/s);
  });

  it('is a Plotly figure as a chart, typed arrays as lists', () => {
    const figure = {
      data: [{ name: 'Adam', y: Float32Array.of(1, 2) }],
      layout: { title: 'Loss' },
    };
    expect(displayOf(figure)).to.deep.equal({
      'application/vnd.plotly.v1+json': {
        data: [{ name: 'Adam', y: [1, 2] }],
        layout: { title: 'Loss' },
      },
      'text/plain': '[Plotly chart “Loss”: Adam]',
    });
    expect(displayOf({ data: [1, 2], layout: {} })).to.have.all.keys('text/plain');
  });

  it('survives getters, traps and printing methods that throw', async () => {
    const fails = () => {
      throw new Error('no');
    };
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const hostile = [
      revoked.proxy,
      new Proxy({}, { get: fails, has: fails, getPrototypeOf: fails, ownKeys: fails }),
      Object.defineProperty({}, DISPLAY, { get: fails }),
      Object.defineProperty({ layout: {} }, 'data', { get: fails, enumerable: true }),
      { [Symbol.for('nodejs.util.inspect.custom')]: fails },
      // An error whose text cannot be had either.
      { [DISPLAY]: () => Promise.reject({ toString: fails }) },
      Object.defineProperty(new Error('x'), 'stack', { get: fails }),
      [Object.defineProperty({}, 'a', { get: fails, enumerable: true })],
    ];
    for (const value of hostile)
      expect(await text(value))
        .to.be.a('string')
        .and.not.equal('');
  });

  it('knows plain objects, maps and errors of another realm', () => {
    expect(displayOf(runInNewContext('[{ a: 1 }]'))).to.include.keys('text/html');
    expect(displayOf(runInNewContext('new Map([[1, 2]])'))).to.include.keys('text/html');
    expect(displayOf(runInNewContext('({ data: [{}], layout: {} })'))).to.include.keys(
      'application/vnd.plotly.v1+json',
    );
  });
});

describe('a function or class', () => {
  it('is shown by its signature', async () => {
    // From text, so that no compiler rewrites them.
    const value = (source: string) => runInNewContext(`(${source})`);
    const signatures = {
      'function add(a, b = 1) { return a + b }': 'function add(a, b = 1) { … }',
      'async function* gen() {}': 'async function* gen() { … }',
      '(a, { b }) => a + b': '(a, { b }) => …',
      'async x => x': 'async x => …',
      'x => (x)': 'x => …',
      // Parentheses in texts and comments close nothing.
      "function f(a = ')', /* ) */ b) {}": "function f(a = ')', /* ) */ b) { … }",
      '{ m(a) { return (a) } }.m': 'm(a) { … }',
      'class A { constructor(k) {} step() {} get rate() { return 1 } }':
        'class A { constructor(k); step; rate }',
      'class extends Map {}': 'class extends Map {}',
      'Math.max': 'function max() { [native code] }',
    };
    for (const [source, signature] of Object.entries(signatures)) {
      expect(await text(value(source)), source).to.equal(signature);
    }
    const add = (a: number) => a;
    expect(await text(add)).to.match(/^add = \(?a\)? => …$/);
  });
});
