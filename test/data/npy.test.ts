import { expect } from 'chai';
import { readNpyIntegers, readNpyIntLists } from '../../src/data/npy.js';
import { npy, npyOfInt64, npyOfLists, python2Pickle } from '../support/npz.js';

describe('readNpyIntegers', () => {
  it('reads integers of 64, 32 and 8 bits', () => {
    expect(readNpyIntegers(npyOfInt64([0, 1, -2, 2 ** 40]))).to.deep.equal([0, 1, -2, 2 ** 40]);
    const int32 = Buffer.from(Int32Array.of(7, -8).buffer);
    expect(readNpyIntegers(npy('<i4', '(2,)', int32))).to.deep.equal([7, -8]);
    expect(readNpyIntegers(npy('|u1', '(2,)', Buffer.from([1, 255])))).to.deep.equal([1, 255]);
    expect(readNpyIntegers(npy('|i1', '(2,)', Buffer.from([1, 255])))).to.deep.equal([1, -1]);
  });

  it('reads a file whose header has a four-byte length (versions 2 and 3)', () => {
    const first = npyOfInt64([4, 5]);
    const length = Buffer.concat([first.subarray(8, 10), Buffer.alloc(2)]);
    const second = Buffer.concat([first.subarray(0, 8), length, first.subarray(10)]);
    second[6] = 2;
    expect(readNpyIntegers(second)).to.deep.equal([4, 5]);
  });

  it('says what it found when the array is of another kind', () => {
    expect(() => readNpyIntegers(npy('<f8', '(1,)', Buffer.alloc(8)))).to.throw(
      'it holds an array of type "<f8" and shape (1) instead of a list of integers',
    );
    expect(() => readNpyIntegers(npy('<i8', '(1, 1)', Buffer.alloc(8)))).to.throw('shape (1, 1)');
  });

  it('refuses a body that is not as long as announced, before making room for it', () => {
    expect(() => readNpyIntegers(npy('<i8', '(99999999999,)', Buffer.alloc(8)))).to.throw(
      'it announces 99999999999 integers of 8 bytes and holds 8 bytes',
    );
  });

  it('refuses what is no npy file, and every cut of a header', () => {
    expect(() => readNpyIntegers(Buffer.from('<html>not here</html>'))).to.throw('not a npy file');
    const whole = npyOfInt64([1]);
    for (let length = 0; length < whole.length; length++) {
      expect(() => readNpyIntegers(whole.subarray(0, length))).to.throw(/^it(s npy header)? /);
    }
  });
});

describe('readNpyIntLists', () => {
  it('reads lists of integers', () => {
    expect(readNpyIntLists(npyOfLists([[1, 2], [], [88_584]]))).to.deep.equal([
      [1, 2],
      [],
      [88_584],
    ]);
  });

  it('refuses another number of lists than announced, and arrays of numbers', () => {
    expect(() => readNpyIntLists(npy('|O', '(3,)', python2Pickle([[1]])))).to.throw(
      'it announces 3 lists and holds 1',
    );
    expect(() => readNpyIntLists(npyOfInt64([1]))).to.throw('"<i8"');
  });
});
