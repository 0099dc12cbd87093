import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

const ROOT = join(__dirname, '..', '..');

interface Step {
  isDone(): boolean;
  run(say: (line: string) => void): Promise<void>;
}

/** In a clone without libtensorflow, so that nothing is compiled. */
describe("set-up's step for the kernels", () => {
  let clone: string;
  let step: Step;
  let addons: string;
  let record: string;

  beforeEach(async () => {
    clone = realpathSync(mkdtempSync(join(tmpdir(), 'lazyahead-clone-')));
    for (const folder of ['scripts', join('src', 'native')]) {
      cpSync(join(ROOT, folder), join(clone, folder), { recursive: true });
    }
    addons = join(clone, 'node_modules', '@tensorflow', 'tfjs-node', 'lib', 'napi-v8');
    mkdirSync(addons, { recursive: true });
    record = join(clone, 'node_modules', '.lazyahead.json');
    const module = await import(join(clone, 'scripts', 'setup', 'kernels.mjs'));
    step = module.kernels;
  });
  afterEach(() => rmSync(clone, { recursive: true, force: true }));

  const read = () => JSON.parse(readFileSync(record, 'utf8'));
  const kernels = () => join(addons, 'lazyahead_kernels.node');

  /** Runs it in vain; the version that it was about is recorded. */
  async function fail(): Promise<string[]> {
    const said: string[] = [];
    await step.run((line) => said.push(line));
    return said;
  }

  it('says why there are none, notes it, takes away what was there, and is done', async () => {
    writeFileSync(kernels(), 'of another version');
    expect(step.isDone()).to.equal(false);
    const [reason, ...more] = await fail();
    expect(more).to.deep.equal([]);
    expect(reason).to.match(
      /^(There is no libtensorflow in |Kernels can be compiled only on Linux)/,
    );
    expect(reason).to.match(/without kernels of their own, more slowly\.$/);
    expect(read().kernels.reason).to.equal(reason);
    expect(existsSync(kernels())).to.equal(false);
    expect(step.isDone()).to.equal(true);
  });

  it('is to be done again once a source has changed', async () => {
    await fail();
    writeFileSync(join(clone, 'src', 'native', 'vector.h'), '// changed\n');
    expect(step.isDone()).to.equal(false);
  });

  it('is to be done again where kernels were made that are gone, as with the cache', async () => {
    await fail();
    const { version } = read().kernels;
    writeFileSync(record, JSON.stringify({ kernels: { version } }));
    expect(step.isDone()).to.equal(false);
    symlinkSync(join(clone, 'cleared', 'kernels.node'), kernels());
    expect(step.isDone()).to.equal(false);
    rmSync(kernels());
    writeFileSync(kernels(), 'made');
    expect(step.isDone()).to.equal(true);
  });

  for (const source of ['none', 'gpu']) {
    it(`has nothing to do where the native library is "${source}"`, () => {
      writeFileSync(record, JSON.stringify({ native: { source } }));
      expect(step.isDone()).to.equal(true);
    });
  }
});
