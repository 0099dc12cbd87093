/** The kernels that are compared, each under a name of its own in a folder that Jupyter looks at. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findJupyter } from '../../src/kernel/jupyter.js';
import { cacheFolder } from '../../src/runtime/folders.js';
import type { Request } from '../suite.js';
import { KernelClient } from './client.js';

const execute = promisify(execFile);
const ROOT = dirname(dirname(__dirname));

export const KERNELS = ['ours', 'tslab', 'deno'] as const;
export type KernelName = (typeof KERNELS)[number];

/** Deno from PyPI, at the version that was tried. */
const DENO = '2.9.8';

/** The kernels that are there, and a folder for their cells. */
export interface Kernels {
  names: KernelName[];
  /** A client with a kernel of that name still to be started. */
  client(name: KernelName): Promise<KernelClient>;
  remove(): void;
}

/** @param say - is told what is left out. */
export async function prepareKernels(
  request: Request,
  say: (line: string) => void,
): Promise<Kernels> {
  const { python, env } = findJupyter();
  const folder = mkdtempSync(join(tmpdir(), 'lazyahead-bench-kernel-'));
  const cells = join(folder, 'cells');
  mkdirSync(cells);
  symlinkSync(join(ROOT, 'node_modules'), join(cells, 'node_modules'), 'junction');
  // Deno looks packages up in node_modules where a package.json is.
  writeFileSync(join(cells, 'package.json'), '{}');
  const node = process.execPath;
  const argv: Partial<Record<KernelName, string[]>> = {
    ours: [node, join(ROOT, 'dist', 'kernel', 'main.js'), '{connection_file}'],
    tslab: [
      ...[node, join(ROOT, 'node_modules', 'tslab', 'bin', 'tslab')],
      ...['kernel', '--config-path', '{connection_file}'],
    ],
  };
  const deno = await findDeno(python, request, say);
  if (deno) argv.deno = [deno, 'jupyter', '--kernel', '--conn', '{connection_file}'];
  for (const [name, command] of Object.entries(argv)) {
    const spec = join(folder, 'kernels', `bench-${name}`);
    mkdirSync(spec, { recursive: true });
    const text = { argv: command, display_name: name, language: 'typescript' };
    writeFileSync(join(spec, 'kernel.json'), JSON.stringify(text));
  }
  return {
    names: Object.keys(argv) as KernelName[],
    client: (name) =>
      KernelClient.connect(`bench-${name}`, {
        ...{ python, folder: cells },
        env: { ...env, JUPYTER_PATH: folder, DENO_NO_UPDATE_CHECK: '1' },
      }),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** The program, installed on first use; null where it cannot be had. */
async function findDeno(
  python: string,
  { python: install }: Request,
  say: (line: string) => void,
): Promise<string | null> {
  const folder = cacheFolder('bench', `deno-${DENO}`);
  const program = join(folder, 'bin', process.platform === 'win32' ? 'deno.exe' : 'deno');
  if (existsSync(program)) return program;
  if (!install) {
    say('Deno is left out: --no-python.');
    return null;
  }
  try {
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
    const what = ['--retries', '1', '--no-deps', '--target', folder, `deno==${DENO}`];
    await execute(python, [...pip, ...what], { timeout: 300_000 });
    return program;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    rmSync(folder, { recursive: true, force: true });
    say(`Deno is left out: ${(stderr || message).trim().split('\n').at(-1)}`);
    return null;
  }
}
