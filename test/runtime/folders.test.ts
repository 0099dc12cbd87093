import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cacheFolder } from '../../src/runtime/folders.js';

describe('cacheFolder', () => {
  const before = { ...process.env };
  const platform = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor;
  afterEach(() => {
    for (const name of ['LAZYAHEAD_CACHE', 'XDG_CACHE_HOME', 'LOCALAPPDATA']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    Object.defineProperty(process, 'platform', platform);
  });

  const home = homedir();
  const cases: { on: string; env: NodeJS.ProcessEnv; folder: string }[] = [
    { on: 'linux', env: { LAZYAHEAD_CACHE: '/mine', XDG_CACHE_HOME: '/x' }, folder: '/mine' },
    { on: 'linux', env: { XDG_CACHE_HOME: '/x' }, folder: join('/x', 'lazyahead') },
    { on: 'linux', env: {}, folder: join(home, '.cache', 'lazyahead') },
    { on: 'darwin', env: {}, folder: join(home, 'Library', 'Caches', 'lazyahead') },
    { on: 'win32', env: { LOCALAPPDATA: 'C:/l' }, folder: join('C:/l', 'lazyahead') },
    { on: 'win32', env: {}, folder: join(home, 'AppData', 'Local', 'lazyahead') },
  ];
  for (const { on, env, folder } of cases) {
    it(`on ${on} with ${JSON.stringify(env)} is ${folder}, for set-up too`, async () => {
      for (const name of ['LAZYAHEAD_CACHE', 'XDG_CACHE_HOME', 'LOCALAPPDATA']) {
        delete process.env[name];
      }
      Object.assign(process.env, env);
      Object.defineProperty(process, 'platform', { ...platform, value: on });
      expect(cacheFolder('a', 'b')).to.equal(join(folder, 'a', 'b'));
      const setup: string = '../../scripts/setup/folders.mjs';
      expect((await import(setup)).cacheFolder('a', 'b')).to.equal(join(folder, 'a', 'b'));
    });
  }
});
