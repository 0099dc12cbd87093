import { expect } from 'chai';
import { describeFailure } from '../../src/kernel/failure.js';

describe('describeFailure', () => {
  it('gives an exception with its name and without the frames of the machinery', () => {
    const error = new RangeError('k must be positive');
    error.stack = [
      'RangeError: k must be positive',
      '    at train (/home/ada/model.js:3:9)',
      '    at Script.runInThisContext (node:vm:137:12)',
      '    at execute (/app/node_modules/tslab/dist/executor.js:153:38)',
    ].join('\n');
    expect(describeFailure([[error]])).to.deep.equal({
      ename: 'RangeError',
      evalue: 'k must be positive',
      traceback: ['RangeError: k must be positive', '    at train (/home/ada/model.js:3:9)'],
    });
  });

  it('gives each of the compiler’s messages a line', () => {
    const message = (line: number, text: string) => ['%s%d:%d - %s', '', line, 7, text];
    const failure = describeFailure([message(1, 'Cannot find k.'), message(2, 'Cannot find n.')]);
    expect(failure.ename).to.equal('TypeScriptError');
    expect(failure.traceback).to.deep.equal(['1:7 - Cannot find k.', '2:7 - Cannot find n.']);
  });

  it('shows what was thrown when that is no Error', () => {
    expect(describeFailure([['stop']]).evalue).to.equal('stop');
    expect(describeFailure([[{ code: 3 }]]).evalue).to.equal('{ code: 3 }');
    expect(describeFailure([[undefined]]).evalue).to.equal('undefined');
  });
});
