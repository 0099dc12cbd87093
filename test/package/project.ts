/** The package as npm would publish it, and projects that use it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { skip } from '../support/skip.js';

export const ROOT = join(__dirname, '..', '..');

export interface Tarball {
  file: string;
  /** Paths in it. */
  paths: string[];
  /** Of the tarball, and of all that is in it (bytes). */
  size: number;
  unpackedSize: number;
}

let packed: Tarball | undefined;

/** What `npm pack` makes of the package as it was built. */
export function pack(): Tarball {
  if (packed) return packed;
  const folder = temporaryFolder('package');
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout, stderr, status } = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`);
  const [described] = Object.values(JSON.parse(stdout)) as {
    filename: string;
    files: { path: string }[];
    size: number;
    unpackedSize: number;
  }[];
  const { filename, files, size, unpackedSize } = described;
  const paths = files.map(({ path }) => path);
  packed = { file: join(folder, filename), paths, size, unpackedSize };
  return packed;
}

const temporary: string[] = [];
process.once('exit', () => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A folder that is gone when the tests have ended. */
export function temporaryFolder(name: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `lazyahead-${name}-`)));
  temporary.push(folder);
  return folder;
}

/** Writes files. @param files - their content, by path below the folder. */
export function write(folder: string, files: Record<string, string | object>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
}

/** Installs packages into a folder; skips the tests where the registry cannot be reached. */
export function install(context: Mocha.Context, folder: string, ...packages: string[]): void {
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
  const { status, stderr } = run('npm', ['install', ...flags, ...packages], folder);
  if (status === 0) return;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/.test(stderr)) {
    skip(context, 'the npm registry cannot be reached');
  }
  throw new Error(`npm install ${packages.join(' ')} failed: ${stderr}`);
}

/** Runs a program in a folder to its end. */
export function run(command: string, args: string[], cwd: string, env?: NodeJS.ProcessEnv) {
  return spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, ...env } });
}
