import { expect } from 'chai';
import fc from 'fast-check';
import {
  decode,
  encode,
  headerOf,
  type Message,
  Signer,
} from '../../../src/kernel/wire/message.js';

const signer = new Signer('key');

/** A message as its receiver has it. */
function sent(content: object, metadata = {}): Message | null {
  const header = headerOf('stream', 'session');
  const about = { identities: [], header, parent: {}, metadata, buffers: [] };
  return decode(encode({ ...about, content: JSON.stringify(content) }, signer), signer);
}

describe('a message on the wire', () => {
  it('has no halves of characters: Jupyter could not save a notebook with one', () => {
    const { content, metadata } = sent({ text: 'a\uD83D', 'k\uDE00': [1] }, { of: '\uDE00' })!;
    expect(content).to.deep.equal({ text: 'a\uFFFD', 'k\uFFFD': [1] });
    expect(metadata).to.deep.equal({ of: '\uFFFD' });
  });

  it('has every other text as it is, also one that looks like half a character’s escape', () => {
    const pieces = ['\uD83D', '\uDE00', '\\', '\\ud83d', 'ud83d', '"', 'é', '\n', '\u0001'];
    const texts = fc.array(fc.constantFrom(...pieces)).map((each) => each.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        // UTF-8 has U+FFFD for halves as well.
        expect(sent({ text })!.content.text).to.equal(Buffer.from(text).toString());
      }),
    );
  });
});
