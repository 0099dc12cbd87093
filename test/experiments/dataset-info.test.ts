import { expect } from 'chai';
import { type DataOrigin, generated } from '../../src/data/data-origin.js';
import { datasetInfo } from '../../src/experiments/dataset-info.js';

const FILE: DataOrigin = {
  ...{ name: 'ptb', synthetic: false, verified: true, sha256: '1a44' },
  path: '/home/somebody/data/ptb',
};
const train = { n: 6, epoch: () => part(6) };
const part = (n: number) => ({ n, length: 1, at: () => expect.fail('looked at') });

describe('What a run notes of its data', () => {
  it('is where they came from and how many there are, but not the path, which is this machine’s', () => {
    const noted = datasetInfo(FILE, { train, val: part(4), test: part(3) });
    const { path, ...origin } = FILE;
    const counts = { trainExamples: 6, valExamples: 4, testExamples: 3 };
    expect(JSON.parse(JSON.stringify(noted))).to.deep.equal({ ...origin, ...counts });
  });

  it('is no number tested on where the test data are validated on', () => {
    expect(datasetInfo(FILE, { train, val: part(3) })).not.to.have.property('testExamples');
  });

  it('is why generated data take the place of others', () => {
    const origin = generated('ptb', 'The host cannot be reached.');
    expect(datasetInfo(origin, { train, val: part(4) })).to.include({
      ...{ name: 'ptb-synthetic', synthetic: true, verified: false, sha256: null },
      reason: 'The host cannot be reached.',
    });
  });
});
