import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';

/** What is said while a smoke run's data are prepared, in a process that may lack the addon. */
function said(options: object, withoutNative: boolean): string[] {
  const script = `
    const { prepare } = require('./src/training/prepare.ts');
    const { resolveConfig } = require('./src/experiments/config.ts');
    if (${withoutNative}) {
      require.extensions['.node'] = () => { throw new Error('wrong ELF class'); };
    }
    const said = [];
    const onStatus = (status) => said.push(status);
    const config = resolveConfig({ experiment: 'imdb', optimizer: 'adam', preset: 'smoke' });
    prepare(config, { ...${JSON.stringify(options)}, onStatus }).then(({ backend }) =>
      console.log(JSON.stringify(backend.name === 'tensorflow' ? ['native', ...said] : said)));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-r', 'tsx/cjs', '-e', script], {
    cwd: join(__dirname, '..', '..'),
    encoding: 'utf8',
  });
  expect(stderr).to.equal('');
  return JSON.parse(stdout);
}

describe('prepare', () => {
  it('says why a slower backend stands in for native TensorFlow', () => {
    const [sentence, ...more] = said({}, true);
    expect(sentence).to.contain('WebAssembly').and.to.contain('slower');
    expect(more).to.deep.equal([]);
  });

  it('says nothing of the backend that was asked for', () => {
    expect(said({ backend: 'cpu' }, true)).to.deep.equal([]);
  });
});
