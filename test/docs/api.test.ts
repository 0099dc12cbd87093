import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const ROOT = resolve(__dirname, '../..');

/** Reads the sources as `npm run docs` does, but writes no page. */
function typedoc(...options: string[]) {
  const program = join(ROOT, 'node_modules', 'typedoc', 'bin', 'typedoc');
  const args = [program, '--emit', 'none', ...options];
  return spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
}

describe('the API pages', () => {
  it('can be made without a warning: every export and its types are documented', () => {
    const { status, stdout, stderr } = typedoc();
    expect(stdout + stderr).to.equal('');
    expect(status).to.equal(0);
  });

  it('could not be, were there an export without a comment', () => {
    // Where git does not look: other tests ask it whether the code is as it was committed.
    mkdirSync(join(ROOT, 'coverage'), { recursive: true });
    const folder = mkdtempSync(join(ROOT, 'coverage', 'entry-'));
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    try {
      write('entry.ts', '/** Documented. */\nexport const a = 1;\nexport const b = 2;\n');
      write('tsconfig.json', '{ "files": ["entry.ts"] }');
      write(
        'typedoc.config.mjs',
        `import config from '../../typedoc.config.mjs';
         export default { ...config, entryPoints: ['entry.ts'], tsconfig: 'tsconfig.json' };`,
      );
      const { status, stderr } = typedoc('--options', join(folder, 'typedoc.config.mjs'));
      expect(stderr).to.match(/\bb\b.* does not have any documentation/);
      expect(stderr).not.to.match(/\ba\b.* does not have any documentation/);
      expect(status).not.to.equal(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
