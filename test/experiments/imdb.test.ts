import { expect } from 'chai';
import { resolveConfig } from '../../src/experiments/config.js';
import { imdb } from '../../src/experiments/imdb/imdb.js';
import { makeDataFolders, rejection, replaceFetch } from '../support/data-folders.js';

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

  it('speaks of a download once a second, not once a piece', async () => {
    const folders = makeDataFolders();
    const restore = replaceFetch(async () => {
      const pieces = new ReadableStream({
        start(controller) {
          for (let i = 0; i < 200; i++) controller.enqueue(new Uint8Array(100));
          controller.close();
        },
      });
      return new Response(pieces);
    });
    try {
      const said: string[] = [];
      const config = resolveConfig({ ...request, preset: 'quick', data: 'real' });
      const loading = imdb.load(config, { onStatus: (status) => said.push(status) });
      expect((await rejection(loading)).message).to.contain('it ended after 20000 of');
      expect(said).to.have.length.within(1, 5);
      expect(said[0]).to.match(/^Downloading the reviews: 0\.0 MB of 17\.\d MB\.$/);
    } finally {
      restore();
      folders.remove();
    }
  });
});
