import { expect } from 'chai';
import { NumpyRandomState } from '../../src/data/numpy-random.js';

// Every expected number was printed by numpy 2.4.6's np.random.RandomState.
describe('NumpyRandomState', () => {
  it('gives the random bits of RandomState(113).randint(0, 2**32, dtype="uint32")', () => {
    const random = new NumpyRandomState(113);
    const drawn = Array.from({ length: 1000 }, () => random.uint32());
    expect(drawn.slice(0, 5)).to.deep.equal([
      3659249829, 529109724, 317413538, 548173386, 3843702636,
    ]);
    expect(drawn[999]).to.equal(2574000822); // beyond the first 624, after the state was renewed
  });

  it('takes the largest seed there is', () => {
    const random = new NumpyRandomState(2 ** 32 - 1);
    expect([random.uint32(), random.uint32(), random.uint32()]).to.deep.equal([
      419326371, 479346978, 3918654476,
    ]);
  });

  it('shuffles ten integers as numpy does', () => {
    const order = new NumpyRandomState(113).shuffledIndices(10);
    expect(Array.from(order)).to.deep.equal([9, 3, 6, 1, 0, 7, 4, 8, 2, 5]);
  });

  it('shuffles two arrays of 25,000 one after the other as numpy does', () => {
    const random = new NumpyRandomState(113);
    const first = Array.from(random.shuffledIndices(25_000));
    const second = Array.from(random.shuffledIndices(25_000));
    expect(first.slice(0, 6)).to.deep.equal([7798, 13226, 18078, 793, 17499, 23003]);
    expect(first.slice(-3)).to.deep.equal([22690, 4828, 14501]);
    expect(second.slice(0, 6)).to.deep.equal([22748, 4083, 8015, 13688, 5310, 4466]);
  });

  it('has nothing to shuffle in no or one integer', () => {
    expect(new NumpyRandomState(1).shuffledIndices(0)).to.have.lengthOf(0);
    expect(Array.from(new NumpyRandomState(1).shuffledIndices(1))).to.deep.equal([0]);
  });
});
