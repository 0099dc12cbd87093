import { expect } from 'chai';
import { display, replaceableDisplay } from '../../src/notebook/display.js';
import { printedBy } from './printed.js';

const JUPYTER = require.resolve('tslab/dist/jupyter.js');

describe('display', () => {
  it('prints the plain text outside a notebook, without loading tslab', () => {
    const bundle = { 'text/html': '<b>3</b>', 'text/plain': '3' };
    expect(printedBy(() => display(bundle))).to.deep.equal(['3']);
    expect(replaceableDisplay()).to.equal(null);
    expect(require.cache).not.to.have.property(JUPYTER);
  });

  describe('in a kernel', () => {
    let sent: [{ data: unknown; transient: { display_id?: string } }, boolean][];

    beforeEach(() => {
      sent = [];
      const lastWriteDisplayData = (...message: (typeof sent)[number]) => sent.push(message);
      require.cache[JUPYTER] = { exports: { lastWriteDisplayData } } as unknown as NodeModule;
    });
    afterEach(() => {
      delete require.cache[JUPYTER];
    });

    it('sends the bundle as it is, objects as objects', () => {
      const bundle = { 'application/json': { k: 5 }, 'text/plain': '5' };
      expect(printedBy(() => display(bundle))).to.deep.equal([]);
      expect(sent).to.deep.equal([[{ data: bundle, metadata: {}, transient: {} }, false]]);
    });

    it('shows a replaceable output once and updates it from then on, under one identity', () => {
      const replace = replaceableDisplay()!;
      replace({ 'text/plain': 'first' });
      replace({ 'text/plain': 'second' });
      const other = replaceableDisplay()!;
      other({ 'text/plain': 'other' });
      expect(sent.map(([, update]) => update)).to.deep.equal([false, true, false]);
      const [first, second, third] = sent.map(([{ transient }]) => transient.display_id);
      expect(second).to.equal(first);
      expect(third).not.to.equal(first);
    });
  });
});
