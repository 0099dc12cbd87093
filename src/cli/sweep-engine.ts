/** The engine that a sweep's trials are sent to. */
import { extname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { UsageError } from '../runtime/errors.js';
import type { Engine } from '../sweeps/engine.js';
import type { SweepDirectory } from '../sweeps/sweep-directory.js';
import { countOption, type TrainingFlags } from './options.js';

/** Where trials run, as the command line says it. */
export interface EngineFlags {
  workers?: number;
  engine?: 'local' | 'ray';
  address?: string;
  workerCommand?: string;
}

/** Adds the options of {@link EngineFlags}, which are checked before anything is done. */
export const addEngineOptions = (command: Command): Command =>
  command
    .hook('preAction', () => checkEngineFlags(command.opts()))
    .addOption(countOption('workers', 'n', 'trials at a time (default: one a core)'))
    .addOption(
      new Option(
        '--engine <name>',
        'where trials run: local: this machine (the default); ray: a cluster',
      ).choices(['local', 'ray']),
    )
    .option(
      '--address <address>',
      'the Ray cluster: host:port, ray://host:10001, auto, or local: one of its own on this machine (default: RAY_ADDRESS, one that runs here, or local)',
    )
    .option(
      '--worker-command <command>',
      'what starts lazyahead on the nodes of a Ray cluster (default: this installation, by its path)',
    );

/** @throws UsageError for an option that another engine has. */
function checkEngineFlags({ engine, address, workerCommand }: EngineFlags): void {
  for (const [name, value] of Object.entries({ address, 'worker-command': workerCommand })) {
    if (value !== undefined && engine !== 'ray') {
      throw new UsageError(`--${name} is about a Ray cluster: add --engine ray, or leave it out.`);
    }
  }
}

/** An engine, and what lets go of it. */
export interface OpenEngine {
  engine: Engine;
  close(): Promise<void>;
}

/**
 * The engine that the flags ask for.
 *
 * @throws UsageError when it cannot be had.
 */
export async function openEngine(
  flags: EngineFlags & TrainingFlags,
  directory: SweepDirectory,
): Promise<OpenEngine> {
  const { engine = 'local', address, workerCommand, backend, threads = 1 } = flags;
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const { sensibleWorkers } = await import('../sweeps/workers.js');
  const { workers, warning } = sensibleWorkers(flags.workers, threads);
  if (engine === 'local') {
    if (warning !== undefined) say(warning);
    const { LocalEngine } = await import('../sweeps/local.js');
    const scratch = directory.unfinished;
    const local = new LocalEngine({ workers, threads, backend, scratch });
    return { engine: local, close: async () => {} };
  }
  const { RayEngine } = await import('../sweeps/ray/engine.js');
  const log = join(directory.path, 'ray.log');
  const ray = await RayEngine.start({
    ...{ address, backend, threads, workers: flags.workers, log, say },
    command: workerCommand?.trim().split(/\s+/) ?? OWN_COMMAND,
    cpus: workers * threads,
  });
  const { cluster } = ray;
  if (cluster.own && warning !== undefined) say(warning);
  const where = cluster.own
    ? 'a cluster of its own'
    : `the cluster ${cluster.address ?? 'found here'}`;
  const nodes = `${cluster.nodes} ${cluster.nodes === 1 ? 'node' : 'nodes'}`;
  say(
    `Ray ${cluster.ray} on ${where}: ${nodes}, ${cluster.cpus} CPUs; its own words are in ${log}.`,
  );
  return { engine: ray, close: () => ray.close() };
}

/** This very command. */
const OWN_COMMAND = [
  process.execPath,
  ...process.execArgv,
  join(__dirname, `main${extname(__filename)}`),
];
