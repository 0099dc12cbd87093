import { expect } from 'chai';
import { History } from '../../src/kernel/session/history.js';

describe('the history of a session', () => {
  const history = new History();
  for (const [i, input] of ['a1', 'b1', 'a1', 'a2', 'b1'].entries()) history.add(i + 1, input);
  const search = (request: object) => {
    const reply = history.answer({ hist_access_type: 'search', ...request });
    return reply.history.map(([, line, input]: [number, number, string]) => `${line}: ${input}`);
  };

  it('is searched by a shell’s pattern', () => {
    expect(search({ pattern: 'a*' })).to.deep.equal(['1: a1', '3: a1', '4: a2']);
    expect(search({ pattern: '?[2-9]' })).to.deep.equal(['4: a2']);
    expect(search({ pattern: '[!a]1', n: 1 })).to.deep.equal(['5: b1']);
  });

  it('has a cell that was run several times once where that is asked for: the last time', () => {
    expect(search({ unique: true })).to.deep.equal(['3: a1', '4: a2', '5: b1']);
    expect(search({ unique: true, pattern: '*1', n: 2 })).to.deep.equal(['3: a1', '5: b1']);
  });

  it('has nothing for a range of characters that ends before it begins', () => {
    expect(search({ pattern: '[z-a]*' })).to.deep.equal([]);
    expect(search({ pattern: '[!z-a]2' })).to.deep.equal(['4: a2']);
  });
});
