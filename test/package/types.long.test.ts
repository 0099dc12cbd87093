import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { install, pack, ROOT, temporaryFolder } from './project.js';
import { KIT, LIBRARY, RESOLUTIONS, typeErrors } from './types.js';

/** The oldest that is promised, some between, and the newest. */
const VERSIONS = ['5.0.4', '5.4.5', '5.9.3', '6.0.3', '7.0.2', 'latest'];

describe('the types of the package', function () {
  this.timeout(600_000);
  let folder: string;

  before(function () {
    folder = temporaryFolder('types');
    const { kit, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const names = [...kit, '@types/node'].map((name) => `${name}@${devDependencies[name]}`);
    install(this, folder, pack().file, ...names);
  });

  for (const version of VERSIONS) {
    describe(`for TypeScript ${version}`, () => {
      let typescript: string;
      let hasNode10: boolean;
      before(function () {
        const compiler = temporaryFolder('typescript');
        install(this, compiler, `typescript@${version}`);
        typescript = join(compiler, 'node_modules', 'typescript');
        hasNode10 = Number(require(join(typescript, 'package.json')).version.split('.')[0]) < 7;
      });

      for (const resolution of Object.keys(RESOLUTIONS) as (keyof typeof RESOLUTIONS)[]) {
        it(`are those of the library under moduleResolution ${resolution}`, () => {
          const errors = typeErrors(folder, typescript, resolution, LIBRARY);
          if (hasNode10 || resolution !== 'node10') expect(errors).to.deep.equal([]);
          else expect(errors.join()).to.contain("'moduleResolution=node10' has been removed");
        });
      }

      it('are those of the kit', () => {
        expect(typeErrors(folder, typescript, 'nodenext', KIT)).to.deep.equal([]);
      });
    });
  }
});
