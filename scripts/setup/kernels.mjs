/**
 * Ops of our own for TensorFlow (`src/native/`), compiled and put beside tfjs-node's addon. Where
 * they cannot be, layers compute the same with TensorFlow's ops, more slowly.
 */

import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, ROOT } from './folders.mjs';
import { addonFile, folderOf } from './native-addon.mjs';
import { findCompiler, libraryFolderOf, link, makeFolder } from './native-wheel.mjs';
import { readRecord, writeRecord } from './record.mjs';
import { run } from './run.mjs';
import { StepFailure } from './steps.mjs';

const TFJS_NODE = '@tensorflow/tfjs-node';
const SOURCES = join(ROOT, 'src', 'native');
const NAME = 'lazyahead_kernels.node';
// Without AVX2 the addon registers nothing.
const FLAGS = [
  '-std=c++17',
  '-O3',
  '-mavx2',
  '-mfma',
  '-w',
  '-shared',
  '-fPIC',
  '-DNAPI_VERSION=8',
];

/** Where the runtime looks for them. */
const kernelsFile = () => join(dirname(addonFile(TFJS_NODE)), NAME);

export const kernels = {
  name: 'kernels for the LSTM and the cross-entropy',

  isDone() {
    const { kernels: record, native } = readRecord();
    if (native?.source === 'none' || native?.source === 'gpu') return true;
    if (record?.version !== version()) return false;
    return record.reason !== undefined || existsSync(kernelsFile());
  },

  async run(say) {
    try {
      await compileAndLink(say);
      writeRecord({ kernels: { version: version() } });
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error;
      rmSync(kernelsFile(), { force: true });
      const reason = `${error.message} The LSTM and the cross-entropy run without kernels of their own, more slowly.`;
      say(reason);
      writeRecord({ kernels: { version: version(), reason } });
    }
  },
};

/** Changes with everything that the result depends on. */
function version() {
  const hash = createHash('sha256').update(FLAGS.join(' '));
  for (const name of readdirSync(SOURCES).sort()) hash.update(readFileSync(join(SOURCES, name)));
  hash.update(librariesOf().folder);
  return hash.digest('hex').slice(0, 12);
}

/** The TensorFlow that tfjs-node's addon is linked with. */
function librariesOf() {
  const addon = addonFile(TFJS_NODE);
  const built = existsSync(addon) && lstatSync(addon).isSymbolicLink();
  const folder = built ? libraryFolderOf(addon) : join(folderOf(TFJS_NODE), 'deps', 'lib');
  const wanted = /^libtensorflow(_cc|_framework)?\.so\.2$/;
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => wanted.test(name)) : [];
  return { folder, names };
}

async function compileAndLink(say) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new StepFailure('Kernels can be compiled only on Linux on x86-64, not here.');
  }
  const { folder, names } = librariesOf();
  if (names.length === 0) throw new StepFailure(`There is no libtensorflow in ${folder}.`);
  const cache = cacheFolder('native');
  const file = join(cache, `kernels-${version()}`, NAME);
  if (!existsSync(file)) {
    const compiler = await findCompiler();
    say(`compiling src/native with ${compiler}`);
    mkdirSync(cache, { recursive: true });
    await makeFolder(dirname(file), [NAME], async (place) => {
      const { ok, cause } = await run(compiler, [
        ...FLAGS,
        `-I${join(folderOf('node-api-headers'), 'include')}`,
        join(SOURCES, 'ops.cc'),
        ...[`-L${folder}`, ...names.map((name) => `-l:${name}`), `-Wl,-rpath,${folder}`],
        ...['-o', join(place, NAME)],
      ]);
      if (!ok) throw new StepFailure(`The kernels do not compile: ${cause}.`);
    });
  }
  await tryOut(file);
  link(file, kernelsFile());
}

/** In a process of its own: what does not fit the machine can crash it. */
async function tryOut(file) {
  const script = `
    require('util').isNullOrUndefined = (value) => value === null || value === undefined;
    require(process.argv[1]);
    process.exit(require(process.argv[2]).registered ? 0 : 3);`;
  const deadline = Date.now() + 60_000;
  const { ok, cause } = await run(process.execPath, ['-e', script, TFJS_NODE, realpathSync(file)], {
    env: { TF_CPP_MIN_LOG_LEVEL: '2', NODE_NO_WARNINGS: '1' },
    stalled: () => Date.now() > deadline,
  });
  if (ok) return;
  throw new StepFailure(
    cause.includes('code 3')
      ? 'The kernels need a processor with AVX2 and FMA.'
      : `The kernels do not load: ${cause}.`,
  );
}
