import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { BackendInfo } from './backend.js';
import { PACKAGE } from './folders.js';
import { vectorInstructions } from './processor.js';

/** What a run was made with and on, as plain JSON. */
export interface Environment {
  /** When it was described, ISO 8601, UTC. */
  time: string;
  /** This package's version. */
  lazyahead: string;
  /** The commit checked out; null outside a clone. */
  commit: string | null;
  /** Whether files differ from that commit; null outside a clone. */
  modified: boolean | null;
  node: string;
  platform: string;
  arch: string;
  cpu: string;
  /** The widest vector instructions that TensorFlow may use, 'AVX2'; null where they cannot be told. */
  instructions: string | null;
  /** Cores that this process may use. */
  cores: number;
  /** The machine's memory (bytes). */
  memory: number;
  backend: BackendInfo;
  /** Versions of the tf.js packages in use. */
  tfjs: Record<string, string>;
}

/** Describes what runs here; goes into each run's directory. */
export function describeEnvironment(backend: BackendInfo): Environment {
  const commit = git('rev-parse', 'HEAD');
  const changes = git('status', '--porcelain');
  return {
    time: new Date().toISOString(),
    lazyahead: versionIn(PACKAGE),
    commit,
    modified: changes === null ? null : changes !== '',
    node: process.versions.node,
    platform: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model ?? 'unknown',
    instructions: vectorInstructions(),
    cores: availableParallelism(),
    memory: totalmem(),
    backend,
    tfjs: tfjsVersions(),
  };
}

/** Versions of the tf.js packages in use, by name. */
export function tfjsVersions(): Record<string, string> {
  const packages = ['tfjs-core', 'tfjs-layers', 'tfjs-node', 'tfjs-backend-wasm'];
  return Object.fromEntries(packages.map((name) => [name, versionOf(`@tensorflow/${name}`)]));
}

/**
 * In what two environments differ that can change what a run computes, a few words each: 'node
 * 20.20.2 there, 22.1.0 here'.
 */
export function environmentDifferences(there: Environment, here: Environment): string[] {
  const facts = (environment: Environment): Record<string, unknown> => {
    const { lazyahead, commit, modified, node, platform, arch, cpu, backend, tfjs } = environment;
    const { name, native, threads } = backend ?? {};
    // Runs from before they were recorded lack them.
    const { instructions = 'not recorded' } = environment;
    return {
      ...{ lazyahead, commit, node, platform, arch, cpu, threads, backend: name, ...tfjs },
      ...{ 'uncommitted changes': modified, 'native library': native?.version },
      ...{ 'its source': native?.source, 'own kernels': native?.kernels },
      'vector instructions': instructions,
    };
  };
  const [before, now] = [facts(there), facts(here)];
  return Object.keys(now)
    .filter((key) => before[key] !== now[key])
    .map((key) => `${key} ${before[key]} there, ${now[key]} here`);
}

/**
 * Whether two environments' processors are of different kinds: these add in different orders, so that
 * the last bits of a sum, and with them all that follows, need not be the same.
 */
export function hasOtherProcessor(there: Environment, here: Environment): boolean {
  const kindOf = ({ arch, cpu, instructions }: Environment) => [arch, cpu, instructions].join();
  return kindOf(there) !== kindOf(here);
}

/** Git's answer on this package's own clone; null where there is no clone, no commit or no git. */
function git(...args: string[]): string | null {
  // Installed as a dependency, it would be asked about somebody else's repository.
  if (!existsSync(join(PACKAGE, '.git'))) return null;
  try {
    return execFileSync('git', args, { cwd: PACKAGE, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return null;
  }
}

function versionOf(packageName: string): string {
  return versionIn(dirname(require.resolve(`${packageName}/package.json`)));
}

function versionIn(folder: string): string {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}
