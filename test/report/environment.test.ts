import { expect } from 'chai';
import { environmentFacts, sharedFacts } from '../../src/report/environment.js';
import { startBackend } from '../../src/runtime/backend.js';
import { describeEnvironment } from '../../src/runtime/environment.js';

describe('environmentFacts', () => {
  it('gives everything that is recorded of a run a label, and units', async () => {
    const environment = describeEnvironment(await startBackend());
    const facts = new Map(environmentFacts(JSON.parse(JSON.stringify(environment))));
    expect(facts.get('Memory')).to.match(/^\d+\.\d GB$/);
    expect(facts.get('System')).to.equal(`${process.platform}, ${process.arch}`);
    expect(facts.get('Threads per run')).to.equal('1');
    expect(facts.get('tf.js')).to.equal('4.22.0');
    for (const [name] of facts) expect(name).not.to.match(/^(backend|tfjs)\./);
  });

  it('shows what it has no label for under its path, and nothing that is missing', () => {
    const facts = environmentFacts({ gpu: { count: 2, names: ['a', 'b'] }, commit: null });
    expect(facts).to.deep.equal([
      ['gpu.count', '2'],
      ['gpu.names', 'a, b'],
    ]);
  });

  it('says that a commit was changed, and which tf.js packages differ', () => {
    const facts = environmentFacts({
      ...{ commit: '0123456789abcdef', modified: true },
      tfjs: { 'tfjs-core': '4.22.0', 'tfjs-node': '4.21.0' },
    });
    expect(facts).to.deep.equal([
      ['Commit', '0123456789ab, with changes'],
      ['tf.js', 'tfjs-core 4.22.0, tfjs-node 4.21.0'],
    ]);
  });
});

describe('sharedFacts', () => {
  it('puts what differs between runs beside one another, and the rest once', () => {
    const facts = sharedFacts([
      { cpu: 'Xeon', node: '20.1.0' },
      { cpu: 'Xeon', node: '22.0.0' },
    ]);
    expect(facts).to.deep.equal([
      ['Processor', 'Xeon'],
      ['Node.js', '20.1.0; 22.0.0'],
    ]);
  });

  it('says of how many runs what not all of them record, each in its usual place', () => {
    const facts = sharedFacts([
      { cpu: 'EPYC', node: '20.1.0' },
      { cpu: 'EPYC', instructions: 'AVX-512', node: '20.1.0' },
      { cpu: 'EPYC', instructions: 'AVX2', node: '20.1.0', gpu: 'none' },
    ]);
    expect(facts).to.deep.equal([
      ['Processor', 'EPYC'],
      ['Vector instructions', 'AVX-512; AVX2 (2 of 3 runs)'],
      ['Node.js', '20.1.0'],
      ['gpu', 'none (1 of 3 runs)'],
    ]);
  });
});
