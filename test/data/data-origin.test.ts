import { expect } from 'chai';
import { type DataSource, realOrTwin } from '../../src/data/data-origin.js';
import { DownloadError } from '../../src/data/download.js';
import { rejection } from '../support/data-folders.js';

describe('realOrTwin', () => {
  const from = (source: DataSource, real: () => Promise<string>) =>
    realOrTwin(source, real, (reason) => `twin: ${reason}`);
  const found = async () => 'real';
  const unreachable = async () => {
    throw new DownloadError('the host cannot be reached');
  };
  const damaged = async () => {
    throw new Error('the file is damaged');
  };

  it('gives the real data where there are any', async () => {
    expect(await from('auto', found)).to.equal('real');
    expect(await from('real', found)).to.equal('real');
  });

  it('gives the twin where none can be downloaded, and tells it why', async () => {
    expect(await from('auto', unreachable)).to.equal('twin: the host cannot be reached');
  });

  it('gives the twin that was asked for without looking for real data', async () => {
    expect(await from('synthetic', damaged)).to.equal('twin: undefined');
  });

  it('gives no twin where real data were asked for, nor for a damaged file', async () => {
    expect(await rejection(from('real', unreachable))).to.be.instanceOf(DownloadError);
    expect((await rejection(from('auto', damaged))).message).to.equal('the file is damaged');
  });
});
