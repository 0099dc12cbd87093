/**
 * The native library from PyPI: tfjs-node's addon compiled from the sources in its package, and
 * linked with the TensorFlow that the tensorflow-cpu wheel brings. Libraries and addon are kept in
 * the user's cache folder, for every clone.
 */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cacheFolder, ROOT } from './folders.mjs';
import { addonFile, folderOf, loads } from './native-addon.mjs';
import { PYTHON } from './python.mjs';
import { run } from './run.mjs';
import { StepFailure } from './steps.mjs';

const TFJS_NODE = '@tensorflow/tfjs-node';
const REQUIREMENTS = join(ROOT, 'scripts', 'setup', 'requirements-native.txt');
const QUIET = join(ROOT, 'scripts', 'setup', 'quiet');
const TENSORFLOW = /^tensorflow-cpu==(\S+)/m.exec(readFileSync(REQUIREMENTS, 'utf8'))[1];
const PLATFORM = `${process.platform}-${process.arch}`;
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const LIBRARY_FOLDER = `tensorflow-cpu-${TENSORFLOW}-${PLATFORM}`;

/** The name of the addon's folder; the addon finds its libraries in the folder beside it. */
export function addonFolder() {
  const tfjsNode = JSON.parse(readFileSync(join(folderOf(TFJS_NODE), 'package.json'), 'utf8'));
  return `tfjs-node-${tfjsNode.version}-${LIBRARY_FOLDER}`;
}

/** The folder of the libraries that a built addon is linked with. */
export function libraryFolderOf(addon) {
  return join(dirname(dirname(realpathSync(addon))), LIBRARY_FOLDER);
}

/** Whether they are still in the cache. */
export function librariesAreThere(addon) {
  const folder = libraryFolderOf(addon);
  return LIBRARIES.every((name) => existsSync(join(folder, name)));
}

/** @throws StepFailure when the platform, the compiler, the download or the result will not do. */
export async function buildAgainstWheel(say) {
  process.report.excludeNetwork = true;
  const { glibcVersionRuntime } = process.report.getReport().header;
  if (PLATFORM !== 'linux-x64' || !glibcVersionRuntime) {
    throw new StepFailure('The addon can be built only on Linux with glibc on x86-64, not here.');
  }
  const cache = cacheFolder('native');
  try {
    mkdirSync(cache, { recursive: true });
    removeLeftovers(cache);
  } catch (error) {
    throw new StepFailure(`The cache folder ${cache} cannot be written to (${error.code}).`);
  }
  const libraries = join(cache, LIBRARY_FOLDER);
  const addon = join(cache, addonFolder(), 'tfjs_binding.node');
  // Looked for before the download, which would be in vain without one.
  const compiler = existsSync(addon) ? undefined : await findCompiler();
  if (!LIBRARIES.every((name) => existsSync(join(libraries, name)))) {
    await makeFolder(libraries, LIBRARIES, (place) => unpackWheel(place, say));
  }
  if (compiler) {
    say(`compiling the addon with ${compiler}`);
    const fill = (place) => compile(compiler, place, libraries);
    await makeFolder(dirname(addon), [basename(addon)], fill);
  }
  link(addon, addonFile(TFJS_NODE));
  await loads(TFJS_NODE);
  say(`kept in ${cache}`);
}

/** @throws StepFailure without one. */
export async function findCompiler() {
  for (const command of [process.env.CXX, 'g++', 'c++', 'clang++']) {
    if (command && (await run(command, ['--version'])).ok) return command;
  }
  throw new StepFailure(
    'Nothing native can be built without a C++ compiler: install one (on Debian and Ubuntu "sudo apt-get install g++").',
  );
}

/**
 * Fills a folder under another name, so that it is there either whole or not at all.
 *
 * @param files - names that a whole one has.
 */
export async function makeFolder(folder, files, fill) {
  const place = mkdtempSync(join(dirname(folder), 'unfinished-'));
  const remove = () => rmSync(place, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    await fill(place);
    while (!moveTo(folder, place)) {
      // Another clone's set-up may just have made it; what lacks a file was damaged later.
      if (files.every((name) => existsSync(join(folder, name)))) return;
      rmSync(folder, { recursive: true, force: true });
    }
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** False where there is a folder already that is not empty. */
function moveTo(folder, place) {
  try {
    renameSync(place, folder);
    return true;
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** What a set-up that was killed has left; one that is under way is younger. */
function removeLeftovers(cache) {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (name.startsWith('unfinished-') && Date.now() - statSync(path).mtimeMs > 3_600_000) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

/** Of the wheel, the libraries and the few headers that the addon includes. */
const UNPACK = `
import sys, zipfile
wanted = tuple('tensorflow/' + name for name in sys.argv[3:])
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for member in wheel.infolist():
        if member.filename.startswith(wanted):
            member.filename = member.filename[len('tensorflow/'):]
            wheel.extract(member, sys.argv[2])
`;
const HEADERS = ['tensorflow/c', 'tensorflow/core/platform', 'tsl/platform', 'xla/tsl/c'];

async function unpackWheel(place, say) {
  const { bavail, bsize } = statfsSync(place);
  if (bavail * bsize < 1.5e9) {
    throw new StepFailure(
      `${dirname(place)} has not the 1.5 GB of free space that TensorFlow needs.`,
    );
  }
  say(`downloading the tensorflow-cpu ${TENSORFLOW} wheel (274 MB) from PyPI`);
  const wheels = join(place, 'wheel');
  const terminal = process.stdout.isTTY;
  // The wheel is named by its tags: the user's own Python may be one that TensorFlow has none for.
  const got = await run(
    PYTHON,
    [
      ...['-I', '-m', 'pip', 'download', '--disable-pip-version-check', '--no-input'],
      ...['--retries', '2'],
      ...(terminal ? [] : ['--quiet']),
      ...['--no-deps', '--only-binary=:all:', '--implementation', 'cp', '--python-version', '3.12'],
      ...['--abi', 'cp312', '--platform', 'manylinux_2_27_x86_64'],
      ...['--require-hashes', '-r', REQUIREMENTS, '-d', wheels],
    ],
    { show: terminal },
  );
  if (!got.ok) throw new StepFailure(`The tensorflow-cpu wheel cannot be had: ${got.cause}.`);
  const [wheel] = readdirSync(wheels);
  const parts = [...LIBRARIES, ...HEADERS.map((name) => `include/${name}/`)];
  const unpacked = await run(PYTHON, ['-I', '-c', UNPACK, join(wheels, wheel), place, ...parts]);
  if (!unpacked.ok) throw new StepFailure(`The wheel cannot be unpacked: ${unpacked.cause}.`);
  rmSync(wheels, { recursive: true });
}

async function compile(compiler, place, libraries) {
  const flags = ['-std=c++17', '-O2', '-w', '-shared', '-fPIC'];
  const quiet = await run(compiler, [
    ...flags,
    join(QUIET, 'mute.cc'),
    '-Wl,-z,initfirst',
    ...['-o', join(place, 'libmute.so')],
  ]);
  if (!quiet.ok) throw new StepFailure(`The addon does not compile: ${quiet.cause}.`);
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) =>
    join(folderOf(TFJS_NODE), 'binding', name),
  );
  const { ok, cause } = await run(compiler, [
    ...flags,
    '-DNAPI_VERSION=8',
    `-I${join(libraries, 'include')}`,
    `-I${join(folderOf('node-api-headers'), 'include')}`,
    ...sources,
    join(QUIET, 'unmute.cc'),
    ...[`-L${place}`, '-lmute', `-L${libraries}`, ...LIBRARIES.map((name) => `-l:${name}`)],
    `-Wl,-rpath,$ORIGIN:$ORIGIN/../${LIBRARY_FOLDER}`,
    ...['-o', join(place, 'tfjs_binding.node')],
  ]);
  if (!ok) throw new StepFailure(`The addon does not compile: ${cause}.`);
}

/** A link, not a copy: an emptied cache is then noticed as an addon that is gone. */
export function link(addon, where) {
  mkdirSync(dirname(where), { recursive: true });
  const fresh = `${where}.${process.pid}`;
  symlinkSync(addon, fresh);
  renameSync(fresh, where);
}
