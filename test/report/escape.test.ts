import { expect } from 'chai';
import fc from 'fast-check';
import { escapeHtml, jsonForScript } from '../../src/report/escape.js';

describe('escaping', () => {
  it('leaves nothing in HTML text that could open a tag or close an attribute', () => {
    expect(escapeHtml(`<b a="1">'&amp;`)).to.equal('&lt;b a=&quot;1&quot;&gt;&#39;&amp;amp;');
    fc.assert(fc.property(fc.string(), (text) => !/[<>"']/.test(escapeHtml(text))));
  });

  it('writes JSON that no string in it can break out of, and that reads back the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = jsonForScript(value);
        expect(text).not.to.include('<');
        expect(JSON.stringify(JSON.parse(text))).to.equal(JSON.stringify(value));
      }),
      { examples: [['</script><script>alert(1)</script>'], ['<!-- <script>']] },
    );
  });
});
