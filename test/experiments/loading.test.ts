import { expect } from 'chai';
import { loadingStatus } from '../../src/experiments/loading.js';

describe('loadingStatus', () => {
  const { now } = performance;
  afterEach(() => {
    performance.now = now;
  });

  it('speaks of a download once a second, not once a piece', () => {
    const said: string[] = [];
    const onProgress = loadingStatus('the text', (status) => said.push(status));
    // 200 pieces of 0.1 MB, one every 10 ms: the first comes at 0 s, the 101st at 1 s.
    for (let piece = 1; piece <= 200; piece++) {
      performance.now = () => 10 * (piece - 1);
      onProgress(1e5 * piece, 2e7);
    }
    expect(said).to.deep.equal([
      'Downloading the text: 0.1 MB of 20.0 MB.',
      'Downloading the text: 10.1 MB of 20.0 MB.',
    ]);
  });
});
