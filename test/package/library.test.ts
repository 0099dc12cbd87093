import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findChromium } from '../../src/charts/svg/chromium.js';
import { skip } from '../support/skip.js';
import { bundleByEsbuild, firstLogged } from './bundles.js';
import { MIXED, OUTCOME, PROGRAMS, REGISTERED } from './programs.js';
import { install, pack, ROOT, run, temporaryFolder, write } from './project.js';
import { LIBRARY, typeErrors } from './types.js';

describe('the library in a project that has installed nothing but it', () => {
  let folder: string;
  const node = (...args: string[]) => run(process.execPath, args, folder);

  before(function () {
    folder = temporaryFolder('library');
    install(this, folder, pack().file);
    write(folder, MIXED);
  });

  it("has come with tf.js's core and layers, and nothing of the kit", () => {
    const modules = join(folder, 'node_modules');
    expect(readdirSync(modules)).to.include('lazyahead').and.not.include('commander');
    expect(readdirSync(join(modules, '@tensorflow'))).to.have.members(['tfjs-core', 'tfjs-layers']);
  });

  it('is one and the same for require() and import', () => {
    expect(node('mixed.mjs').stdout).to.equal('true\n');
  });

  it('gives import every name that it gives require()', () => {
    const script = `
      for (const entry of ['', '/layers', '/spec']) {
        const required = require('lazyahead' + entry);
        import('lazyahead' + entry).then((imported) => {
          const lacking = Object.keys(required).filter((name) => imported[name] !== required[name]);
          console.log(Object.keys(required).length > 2, lacking);
        });
      }`;
    expect(node('-e', script).stdout).to.equal('true []\n'.repeat(3));
  });

  for (const entry of ['kit', 'notebook']) {
    it(`says in one sentence what 'lazyahead/${entry}' lacks`, () => {
      const script = `try { require('lazyahead/${entry}') } catch (e) { console.log(String(e)) }`;
      expect(node('-e', script).stdout).to.match(lacks('UsageError: '));
    });
  }

  it('says so for the command too, except that "init" is there', () => {
    const command = join(folder, 'node_modules', '.bin', 'lazyahead');
    const doctor = node(command, 'doctor');
    expect(doctor.status).to.equal(2);
    expect(doctor.stdout).to.equal('');
    expect(doctor.stderr).to.match(lacks('lazyahead: '));

    const help = node(command, 'init', '--help');
    expect(help).to.include({ status: 0, stderr: '' });
    expect(help.stdout).to.match(/^Usage: lazyahead init/);
  });

  it('"init" says what it does not know, and where it cannot be', () => {
    const command = join(folder, 'node_modules', '.bin', 'lazyahead');
    expect(node(command, 'init', '--fast')).to.include({
      status: 2,
      stderr: 'lazyahead init does not know "--fast".\n',
    });
    const elsewhere = temporaryFolder('elsewhere');
    mkdirSync(join(elsewhere, 'project'));
    expect(run(process.execPath, [command, 'init'], join(elsewhere, 'project'))).to.include({
      status: 2,
      stderr: `lazyahead is not installed in this folder: run "npm install lazyahead" here first.\n`,
    });
  });

  function lacks(start: string): RegExp {
    const what = 'npm packages that the kit needs are not installed \\([^)]+ and \\d+ more\\)';
    return new RegExp(`^${start}${what}: run "npx lazyahead init" in ${folder}\\.\\n$`);
  }

  describe('and tf.js', () => {
    before(function () {
      install(this, folder, '@tensorflow/tfjs@4.22.0');
      write(folder, { 'program.cjs': PROGRAMS.cjs, 'program.mjs': PROGRAMS.mjs });
      write(folder, { 'registered.mjs': REGISTERED });
    });

    for (const file of ['program.cjs', 'program.mjs']) {
      it(`trains in Node: ${file}`, () => {
        const { stdout, stderr } = node(file);
        expect(stdout, stderr).to.equal(`${OUTCOME}\n`);
      });
    }

    for (const resolution of ['node10', 'nodenext'] as const) {
      it(`has types under moduleResolution ${resolution}`, () => {
        const typescript = join(ROOT, 'node_modules', 'typescript');
        expect(typeErrors(folder, typescript, resolution, LIBRARY)).to.deep.equal([]);
      });
    }

    describe('in a browser, bundled by esbuild', () => {
      const logged = async (entry: string) => firstLogged(await bundleByEsbuild(folder, entry));
      before(function () {
        if (!findChromium()) skip(this, 'no Chromium found');
      });

      it('trains', async () => {
        expect(await logged('program.mjs')).to.equal(OUTCOME);
      });

      it('is one and the same for require() and import', async () => {
        expect(await logged('mixed.mjs')).to.equal('true');
      });

      it('registers its optimizers even where it is imported for nothing else', async () => {
        expect(await logged('registered.mjs')).to.equal('true');
      });
    });
  });
});
