import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './folders.mjs';
import { npm } from './npm.mjs';
import { StepFailure } from './steps.mjs';

const MODULES = join(ROOT, 'node_modules');

/** The npm packages of package-lock.json, exactly. */
export const packages = {
  name: 'npm packages (npm ci)',

  /**
   * npm keeps a lock file of what it believes is installed, which `npm install --package-lock-only`
   * writes too; optional packages may be for other platforms.
   */
  isDone() {
    const installed = readLock(join(MODULES, '.package-lock.json'));
    if (!installed) return false;
    const locked = readLock(join(ROOT, 'package-lock.json'));
    return Object.entries(locked).every(
      ([path, { version, optional, peer }]) =>
        path === '' ||
        (installed[path]?.version === version && existsSync(join(ROOT, path))) ||
        (!installed[path] && (optional || peer)),
    );
  },

  async run() {
    // tfjs-node's install script would download TensorFlow: that is a step of its own.
    const flags = ['--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'];
    const { ok, cause } = await npm('ci', ...flags, '--loglevel=error');
    if (!ok) {
      throw new StepFailure(
        `npm ci failed: ${cause}`,
        'Check the connection to the npm registry and the disk space, then run it again.',
      );
    }
  },
};

function readLock(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}

/** The package as a dependency of itself: notebooks import 'lazyahead', and npx finds the command. */
export const selfLink = {
  name: `link to the package itself ('lazyahead')`,

  isDone: () =>
    pointsTo(join(MODULES, 'lazyahead'), ['..', ROOT]) &&
    (process.platform === 'win32'
      ? existsSync(join(MODULES, '.bin', 'lazyahead.cmd'))
      : pointsTo(join(MODULES, '.bin', 'lazyahead'), ['../lazyahead/dist/cli/bin.js'])),

  run() {
    mkdirSync(join(MODULES, '.bin'), { recursive: true });
    const link = join(MODULES, 'lazyahead');
    rmSync(link, { recursive: true, force: true });
    if (process.platform === 'win32') {
      symlinkSync(ROOT, link, 'junction');
      writeFileSync(
        join(MODULES, '.bin', 'lazyahead.cmd'),
        '@node "%~dp0\\..\\..\\dist\\cli\\bin.js" %*\r\n',
      );
      return;
    }
    symlinkSync('..', link);
    const command = join(MODULES, '.bin', 'lazyahead');
    rmSync(command, { force: true });
    symlinkSync('../lazyahead/dist/cli/bin.js', command);
  },
};

function pointsTo(link, targets) {
  try {
    return targets.includes(readlinkSync(link).replace(/[\\/]$/, ''));
  } catch {
    return false;
  }
}
