import { expect } from 'chai';
import { findChromium } from '../../src/charts/svg/chromium.js';
import { skip } from '../support/skip.js';
import { bundleByVite, firstLogged } from './bundles.js';
import { MIXED, OUTCOME, PROGRAMS, REGISTERED } from './programs.js';
import { install, pack, temporaryFolder, write } from './project.js';

describe('the library in a browser, bundled by Vite', function () {
  this.timeout(300_000);
  let folder: string;
  const logged = async (entry: string) => firstLogged(await bundleByVite(folder, entry));

  before(function () {
    if (!findChromium()) skip(this, 'no Chromium found');
    folder = temporaryFolder('vite');
    install(this, folder, pack().file, '@tensorflow/tfjs@4.22.0');
    write(folder, { ...MIXED, 'program.mjs': PROGRAMS.mjs, 'registered.mjs': REGISTERED });
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
