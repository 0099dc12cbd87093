import { expect } from 'chai';
import { resolveConfig } from '../../src/experiments/config.js';
import { imdb } from '../../src/experiments/imdb/imdb.js';
import { makeDataFolders, rejection, setEnvironment } from '../support/data-folders.js';
import { startFileServer } from '../support/file-server.js';

const request = { experiment: 'imdb', optimizer: 'adam' };

describe("the IMDB experiment's data", () => {
  it('counts the examples there are, not those asked for', async () => {
    const config = resolveConfig({
      ...request,
      preset: 'smoke',
      settings: { trainExamples: 100, valExamples: 1_000_000 },
    });
    const { info, train, val } = await imdb.load(config, {});
    expect(info.trainExamples).to.equal(100).and.to.equal(train.n);
    expect(info.valExamples).to.equal(25_000).and.to.equal(val.n);
  });

  it('are spoken of while they come', async () => {
    const folders = makeDataFolders();
    const server = await startFileServer((_, response) => {
      if (server.asked.length > 1) response.writeHead(404);
      response.write(new Uint8Array(100));
      response.end();
    });
    setEnvironment({ LAZYAHEAD_MIRROR: server.url });
    try {
      const said: string[] = [];
      const config = resolveConfig({ ...request, preset: 'quick', data: 'real' });
      const loading = imdb.load(config, { onStatus: (status) => said.push(status) });
      expect((await rejection(loading)).message).to.contain('404 Not Found');
      expect(said[0]).to.match(/^Downloading the reviews: 0\.0 MB of 17\.\d MB\.$/);
    } finally {
      server.close();
      folders.remove();
    }
  });
});
