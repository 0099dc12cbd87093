import { expect } from 'chai';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { readNpz } from '../../src/data/npz.js';
import { npz } from '../support/npz.js';

const TEXT = Buffer.from('to be or not to be, to be or not to be');
const LIMIT = 1_000;

describe('readNpz', () => {
  it('gives the members asked for, in the order asked for, compressed or stored', () => {
    const other = Buffer.from('other');
    const compressed = npz({ a: TEXT, b: other });
    expect(readNpz(compressed, ['b', 'a'], LIMIT).map(String)).to.deep.equal(['other', `${TEXT}`]);
    const stored = zipSync({ 'a.npy': TEXT }, { level: 0 });
    expect(readNpz(stored, ['a'], LIMIT).map(String)).to.deep.equal([`${TEXT}`]);
  });

  it('reads an empty member', () => {
    expect(readNpz(npz({ a: Buffer.alloc(0) }), ['a'], LIMIT)[0]).to.have.lengthOf(0);
  });

  it('names a member that is missing or too large', () => {
    expect(() => readNpz(npz({ a: TEXT }), ['x_train'], LIMIT)).to.throw('no member x_train.npy');
    expect(() => readNpz(npz({ a: TEXT }), ['a'], 10)).to.throw(
      '38 bytes, more than the 10 allowed',
    );
  });

  it('stops unpacking a member that is larger than it claims', () => {
    const bomb = npz({ a: Buffer.alloc(10_000_000) });
    const directory = bomb.lastIndexOf('PK\x01\x02');
    bomb.writeUInt32LE(100, directory + 24);
    expect(() => readNpz(bomb, ['a'], LIMIT)).to.throw('its member a.npy is damaged');
  });

  it('refuses every cut of an archive', () => {
    const whole = npz({ a: TEXT });
    for (let length = 0; length < whole.length; length++) {
      expect(() => readNpz(whole.subarray(0, length), ['a'], LIMIT)).to.throw(
        /^it is no complete zip/,
      );
    }
  });

  it('never gives other bytes than were packed, whatever bit of a member is turned', () => {
    const whole = npz({ a: TEXT });
    fc.assert(
      fc.property(fc.nat(whole.length * 8 - 1), (bit) => {
        const changed = Buffer.from(whole);
        changed[bit >> 3] ^= 1 << (bit & 7);
        try {
          expect(String(readNpz(changed, ['a'], LIMIT)[0])).to.equal(`${TEXT}`);
        } catch (error) {
          expect((error as Error).message).to.match(/^its? /);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
