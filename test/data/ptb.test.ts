import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadPtb } from '../../src/data/ptb.js';
import { encodeText, PTB_FILES, vocabularyOf, wordsOf } from '../../src/data/ptb-text.js';
import { syntheticPtb } from '../../src/data/synthetic-ptb.js';
import {
  type DataFolders,
  makeDataFolders,
  REAL_DATA,
  rejection,
} from '../support/data-folders.js';
import { skip } from '../support/skip.js';

describe('words and their ids', () => {
  it('are separated by blanks, each line ending in <eos>', () => {
    expect(wordsOf(' a b \n\n c <unk> N\n')).to.deep.equal([
      'a',
      'b',
      '<eos>',
      '<eos>',
      'c',
      '<unk>',
      'N',
      '<eos>',
    ]);
    expect(wordsOf(' a b')).to.deep.equal(['a', 'b']);
  });

  it('start with the most frequent word; equally frequent ones are in the order of their letters', () => {
    expect(vocabularyOf(['b', 'c', 'a', 'c', 'b', 'c'])).to.deep.equal(['c', 'b', 'a']);
    expect(vocabularyOf(['b', 'a', '<eos>'])).to.deep.equal(['<eos>', 'a', 'b']);
  });

  it('do not exist for a word that is not in the training text', () => {
    const ids = new Map([
      ['a', 0],
      ['b', 1],
    ]);
    expect(Array.from(encodeText(['b', 'a', 'b'], ids))).to.deep.equal([1, 0, 1]);
    expect(() => encodeText(['b', 'z'], ids)).to.throw('its word "z" is not in the training text');
  });
});

describe('loadPtb', () => {
  let folders: DataFolders;
  beforeEach(() => {
    folders = makeDataFolders();
  });
  afterEach(() => folders.remove());

  const pathOf = (split: string) => join(folders.data, 'ptb', `ptb.${split}.txt`);

  /** Text files of as many words as the treebank has, cut from one text; their words are returned. */
  function putText() {
    const { train, vocabulary } = syntheticPtb({ seed: 1 });
    const text = Array.from(train, (id) => vocabulary[id]);
    const words = {
      train: text,
      valid: text.slice(100_000, 173_760),
      test: text.slice(200_000, 282_430),
    };
    for (const [split, cut] of Object.entries(words)) {
      const written = cut.map((word) => (word === '<eos>' ? '\n' : ` ${word}`));
      folders.put(pathOf(split), written.join(''));
    }
    return words;
  }

  it('reads another text of as many words, word for word, and calls it unverified', async () => {
    const words = putText();
    const { info, vocabulary, ...text } = await loadPtb({ source: 'real' });
    const path = join(folders.data, 'ptb');
    expect(info).to.include({ name: 'ptb', synthetic: false, verified: false, path });
    for (const split of ['train', 'valid', 'test'] as const) {
      expect(text[split]).to.have.length(words[split].length);
      const wrong = text[split].findIndex((id, i) => vocabulary[id] !== words[split][i]);
      expect(wrong, split).to.equal(-1);
    }
  });

  it('refuses a file that is cut short, in one sentence, and never takes the twin for it', async () => {
    putText();
    folders.put(pathOf('valid'), ' the end\n');
    expect((await rejection(loadPtb())).message).to.equal(
      `${pathOf('valid')} is damaged (it has 3 words instead of 73760): replace it with the file from ${PTB_FILES.valid.url}.`,
    );
  });

  it('takes the synthetic twin, and says why, when the host is out of reach', async () => {
    const { info, train, vocabulary } = await loadPtb();
    expect(info).to.deep.equal({
      name: 'ptb-synthetic',
      synthetic: true,
      verified: false,
      sha256: null,
      path: null,
      reason: `Could not download ${PTB_FILES.train.url}: the host cannot be reached (ECONNREFUSED).`,
    });
    expect([train.length, vocabulary.length]).to.deep.equal([929_589, 10_000]);
    expect((await rejection(loadPtb({ source: 'real' }))).name).to.equal('DownloadError');
  });
});

describe('the real Penn Treebank', () => {
  before(function () {
    if (!REAL_DATA || !existsSync(join(REAL_DATA, 'ptb', 'ptb.train.txt'))) {
      skip(this, 'LAZYAHEAD_DATA names no folder with ptb/ptb.train.txt');
    }
  });

  it('has the counts that everybody reports', async () => {
    const { info, train, valid, test, vocabulary } = await loadPtb({ source: 'real' });
    expect(info).to.include({ name: 'ptb', synthetic: false, verified: true });
    expect([train, valid, test].map(({ length }) => length)).to.deep.equal([
      929_589, 73_760, 82_430,
    ]);
    expect(vocabulary).to.have.length(10_000);
    expect(vocabulary.slice(0, 4)).to.deep.equal(['the', '<unk>', '<eos>', 'N']);
    const lines = [train, valid, test].map((ids) => ids.filter((id) => id === 2).length);
    expect(lines).to.deep.equal([42_068, 3_370, 3_761]);
    const start = Array.from(valid.subarray(0, 5), (id) => vocabulary[id]).join(' ');
    expect(start).to.equal('consumers may want to move');
  });
});
