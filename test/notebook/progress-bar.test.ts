import { expect } from 'chai';
import { progress } from '../../src/notebook/progress-bar.js';
import { fakeKernel } from './fake-kernel.js';

describe('a progress bar in a kernel', () => {
  let kernel: ReturnType<typeof fakeKernel>;
  beforeEach(() => {
    kernel = fakeKernel();
  });
  afterEach(() => kernel.uninstall());

  const last = () => kernel.shown.at(-1)!.data['text/plain'] as string;

  it('hands on the items, and ends as done in one output', () => {
    expect([...progress(['a', 'b'], { label: 'item' })]).to.deep.equal(['a', 'b']);
    expect(last()).to.match(/^item {2}█{20} {2}2\/2 .* done$/);
    expect(new Set(kernel.shown.map(({ displayId }) => displayId)).size).to.equal(1);
  });

  it('counts the characters of a text', () => {
    expect([...progress('α𝛼')]).to.deep.equal(['α', '𝛼']);
    expect(last()).to.match(/ {2}2\/2 .* done$/);
  });

  it('ends as failed when the items fail, as interrupted when the loop is left', () => {
    const broken = function* () {
      yield 1;
      throw new Error('no more');
    };
    expect(() => [...progress(broken())]).to.throw('no more');
    expect(last()).to.match(/failed$/);
    for (const _ of progress([1, 2, 3])) break;
    expect(last()).to.match(/0\/3 .*interrupted$/);
  });

  it('ends as interrupted when the cell is', () => {
    const bar = progress(10);
    bar.advance(3);
    kernel.interrupt();
    bar.advance(3);
    expect(last()).to.match(/3\/10 .*interrupted$/);
  });

  it('an inner bar stands below the outer one and goes when it is done', () => {
    for (const _ of progress([1, 2], { label: 'outer' })) {
      for (const _ of progress([1, 2], { label: 'inner' }));
    }
    const [first] = kernel.shown;
    expect(first.data).to.have.property('application/vnd.jupyter.widget-view+json');
    expect(last()).to.match(/^outer[^\n]*done$/);
  });
});
