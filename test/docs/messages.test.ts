import { expect } from 'chai';
import { blocksOf } from './blocks.js';
import { read } from './markdown.js';
import { sentences, sentencesIn } from './messages.js';
import { WITH_CODE } from './suite.js';

describe('messages quoted in the documents', () => {
  /** Those that are not the output of a program there, which test/docs/code.test.ts looks at. */
  const quoted = WITH_CODE.flatMap((document) =>
    blocksOf(read(document))
      .filter(({ lang, quote, printed }) => lang === 'text' && !quote && !printed)
      .map(({ code, line }) => ({ where: `${document}, line ${line}`, code })),
  );

  it('stand in the sources, word for word', () => {
    const known = sentences();
    const isKnown = (message: string) => known.some((sentence) => sentence.test(message));
    expect(quoted).to.have.length.above(5);
    const unknown = quoted.filter(
      ({ code }) => !isKnown(code.replace(/^(\w*Error|lazyahead): /, '')),
    );
    expect(unknown).to.deep.equal([]);
    for (const { code, where } of quoted) {
      expect(isKnown(code.split(' ').reverse().join(' ')), where).to.equal(false);
    }
  });

  it('are compared with texts as they are filled in', () => {
    const [first, second, ...more] = sentencesIn(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a source
      'f(`There is simply no ${kind} named "${name}".`, "The rest of it " + x + " is missing", "short")',
    );
    expect(more).to.deep.equal([]);
    expect(first.test('There is simply no preset named "smok".')).to.equal(true);
    expect(first.test('There was simply no preset named "smok".')).to.equal(false);
    expect(second.test('The rest of it is missing')).to.equal(false);
    expect(second.test('The rest of it, a file, is missing')).to.equal(false);
    expect(second.test('The rest of it a file is missing')).to.equal(true);
  });
});
