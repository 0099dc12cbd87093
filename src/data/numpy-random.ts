/**
 * numpy's legacy random generator, bit for bit: what `np.random.RandomState(seed).shuffle` does,
 * so that a data set shuffled here is in the order Keras shuffles it into.
 */

const WORDS = 624;
const SHIFT = 397;

/** The part of `numpy.random.RandomState` that shuffles: MT19937 (Matsumoto & Nishimura 1998). */
export class NumpyRandomState {
  private readonly state = new Uint32Array(WORDS);
  private position = WORDS;

  /** @param seed - an integer from 0 to 2³² − 1, as numpy takes it. */
  constructor(seed: number) {
    this.state[0] = seed;
    for (let i = 1; i < WORDS; i++) {
      const previous = this.state[i - 1];
      this.state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** The next 32 random bits, as an unsigned integer. */
  uint32(): number {
    if (this.position === WORDS) this.twist();
    let y = this.state[this.position++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** An integer in [0, max], both included, by numpy's masked rejection. @param max - below 2³². */
  interval(max: number): number {
    if (max === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(max);
    let value = (this.uint32() & mask) >>> 0;
    while (value > max) value = (this.uint32() & mask) >>> 0;
    return value;
  }

  /** `rng.shuffle(np.arange(n))`: the integers 0 … n − 1 in random order. */
  shuffledIndices(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.interval(i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  private twist(): void {
    const { state } = this;
    for (let i = 0; i < WORDS; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % WORDS] & 0x7fffffff);
      state[i] = state[(i + SHIFT) % WORDS] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.position = 0;
  }
}
