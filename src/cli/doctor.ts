import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { DATASETS, type DatasetStatus, statusOf } from '../data/datasets.js';
import { findJupyter, KERNEL } from '../kernel/jupyter.js';
import { startBackend } from '../runtime/backend.js';
import { cacheFolder, PROJECT, setupCommand } from '../runtime/folders.js';
import type { NativeLibrary } from '../runtime/native.js';

/** `lazyahead doctor`: what is there to work with, and what to do about what is not. */
export function register(program: Command): void {
  program
    .command('doctor')
    .description('say what is installed and in use, with a remedy for what is missing')
    .option('--json', 'print it as one line of JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const findings = await examine();
      console.log(json ? JSON.stringify(findings) : inWords(findings));
    });
}

/** What `doctor --json` prints. Null stands for what is missing. */
export interface Findings {
  node: string;
  backend: string;
  /** Why it is this backend. */
  reason: string;
  native: NativeLibrary;
  threads: number;
  /** Version of the Python in `.venv`. */
  python: string | null;
  jupyterlab: string | null;
  /** The kernelspec's file. */
  kernel: string | null;
  datasets: DatasetStatus[];
  cache: string;
  /** A sentence for each thing missing. */
  remedies: string[];
}

async function examine(): Promise<Findings> {
  const { name: backend, reason, native, threads } = await startBackend();
  const { remedies, ...jupyter } = examineJupyter();
  if (native.source === 'none') remedies.unshift(reason);
  const datasets = [statusOf(DATASETS.imdb)];
  for (const { name, found, detail } of datasets) {
    if (!found) remedies.push(`Data set ${name}: ${detail}`);
  }
  return {
    node: process.versions.node,
    backend,
    reason,
    native,
    threads,
    ...jupyter,
    datasets,
    cache: cacheFolder(),
    remedies,
  };
}

function examineJupyter() {
  const found = {
    python: null as string | null,
    jupyterlab: null as string | null,
    kernel: null as string | null,
    remedies: [] as string[],
  };
  try {
    const { python, venv } = findJupyter();
    const script = `import sys, importlib.metadata as m
print('.'.join(map(str, sys.version_info[:3])))
print(m.version('jupyterlab'))`;
    const versions = execFileSync(python, ['-c', script], { encoding: 'utf8', stdio: 'pipe' });
    [found.python, found.jupyterlab] = versions.trim().split(/\s+/);
    const spec = join(venv, 'share', 'jupyter', 'kernels', KERNEL, 'kernel.json');
    const [node, main] = JSON.parse(readFileSync(spec, 'utf8')).argv;
    const gone = [node, main].find((file) => !existsSync(file));
    if (gone) throw new Error(`The kernel would be started with ${gone}, which is not there.`);
    found.kernel = spec;
  } catch (error) {
    // Of a Python that fails, the first line is the command; of ours, the sentence.
    const cause = (error as Error).message.split('\n')[0];
    const remedy = cause.includes(setupCommand()) ? '' : ` Run "${setupCommand()}" in ${PROJECT}.`;
    found.remedies.push(cause + remedy);
  }
  return found;
}

function inWords(findings: Findings): string {
  const { native, remedies } = findings;
  const lines = [
    ['Node', findings.node],
    ['Backend', `${findings.backend}. ${findings.reason}`],
    [
      'Native',
      native.source === 'none'
        ? 'none'
        : `${native.source}, TensorFlow ${native.version}, ${native.kernels ? 'with' : 'without'} kernels for the LSTM and the cross-entropy`,
    ],
    ['Threads', `${findings.threads} in one operation`],
    ['Python', findings.python ?? 'missing'],
    ['JupyterLab', findings.jupyterlab ?? 'missing'],
    ['Kernel', findings.kernel ?? 'missing'],
    ...findings.datasets.map(({ name, path, found, verified, detail }) => [
      `Data: ${name}`,
      found ? `${verified ? 'verified' : 'unverified'}, ${path}. ${detail}` : 'not here',
    ]),
    ['Cache', findings.cache],
  ].map(([name, text]) => `${name.padEnd(12)}${text}`);
  if (remedies.length > 0) lines.push('', 'Missing:', ...remedies.map((remedy) => `- ${remedy}`));
  return lines.join('\n');
}
