/**
 * Random numbers that depend on nothing but a seed and a name.
 *
 * A stream is derived from what it is for (`randomStream(seed, 'shuffle', epoch)`) instead of being
 * carried along, so that a resumed run needs no saved generator state to draw the same numbers.
 */

/** A seeded source of random numbers: xoshiro128** (Blackman & Vigna 2018), seeded by splitmix32. */
export interface RandomStream {
  /** The next 32 random bits, as an unsigned integer. */
  uint32(): number;
  /** A number in [0, 1) with 32 random bits. */
  uniform(): number;
  /** An integer in [0, bound). @param bound - an integer from 1 to 2³². */
  integer(bound: number): number;
  /** A standard normal number (Box–Muller). */
  normal(): number;
  /** The integers 0 … n − 1 in random order (Fisher–Yates). */
  permutation(n: number): Int32Array;
}

/**
 * The stream that belongs to a seed and a path of names and numbers. Equal arguments give equal
 * streams. Different ones give streams that have nothing to do with each other, unless their 32-bit
 * hashes agree: two do by chance with a probability of 2⁻³², a pair among 1,000 with one of 10⁻⁴,
 * among 100,000 with 0.7.
 *
 * @param seed - a non-negative safe integer.
 * @param path - what the stream is for, e.g. `'dropout', step`.
 */
export function randomStream(seed: number, ...path: (string | number)[]): RandomStream {
  let [a, b, c, d] = expand(hash(JSON.stringify([seed, ...path])));

  function uint32(): number {
    const t = b << 9;
    let result = Math.imul(b, 5);
    result = Math.imul((result << 7) | (result >>> 25), 9);
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result >>> 0;
  }
  const uniform = () => uint32() / 2 ** 32;
  // The bias of scaling 32 bits to a bound is below bound / 2³²: nothing at the sizes used here.
  const integer = (bound: number) => Math.floor(uniform() * bound);
  return {
    uint32,
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    permutation(n) {
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = integer(i + 1);
        [order[i], order[j]] = [order[j], order[i]];
      }
      return order;
    },
  };
}

/**
 * A seed for code that wants a number of its own (a tf.js initializer), in [0, 2³¹). Those of different
 * arguments agree as seldom as two numbers drawn from that range.
 */
export function deriveSeed(seed: number, ...path: (string | number)[]): number {
  return randomStream(seed, ...path).uint32() >>> 1;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  }
  return h >>> 0;
}

/** Four well-mixed words from one (splitmix32). */
function expand(seed: number): number[] {
  let state = seed;
  return Array.from({ length: 4 }, () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  });
}
