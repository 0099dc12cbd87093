import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { codeVersion } from '../../src/runtime/code-version.js';
import { PACKAGE } from '../../src/runtime/folders.js';

const { version } = createRequire(__filename)('../../package.json');
const tsx = createRequire(__filename).resolve('tsx');

describe('the version of the code', () => {
  it('is the package’s, with a hash', () => {
    expect(codeVersion()).to.match(
      new RegExp(`^${version.replaceAll('.', '\\.')} \\([0-9a-f]{12}\\)$`),
    );
    expect(codeVersion()).to.equal(codeVersion());
  });

  it('is the same in a copy elsewhere, and another where a file or a kernel’s source differs', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lazyahead-code-'));
    try {
      mkdirSync(join(folder, 'src'));
      cpSync(join(PACKAGE, 'src'), join(folder, 'src'), { recursive: true });
      cpSync(join(PACKAGE, 'package.json'), join(folder, 'package.json'));
      symlinkSync(join(PACKAGE, 'node_modules'), join(folder, 'node_modules'));
      const there = () =>
        execFileSync(
          process.execPath,
          [
            ...['--import', tsx, '--eval'],
            `console.log(require('${folder}/src/runtime/code-version.ts').codeVersion())`,
          ],
          { cwd: folder, encoding: 'utf8' },
        ).trim();
      expect(there()).to.equal(codeVersion());
      writeFileSync(join(folder, 'src', 'native', 'one-more.h'), '');
      const other = there();
      expect(other).to.not.equal(codeVersion());
      writeFileSync(join(folder, 'src', 'one-more.ts'), '');
      expect(there()).to.not.equal(other);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
