/** The process that is our end of a Ray cluster: `driver.py`, spoken with in lines of JSON. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UsageError } from '../../runtime/errors.js';
import { PACKAGE } from '../../runtime/folders.js';
import { objectIn, quoted, wasEndedByOthers } from '../json-lines.js';
import type { Refusal, TrialOrder, TrialReport } from '../trial-process.js';

/** Beside this file's source also where it was compiled: the compiler copies no Python. */
const DRIVER = join(PACKAGE, 'src', 'sweeps', 'ray', 'driver.py');

/** What is wanted of a cluster. */
export interface ClusterRequest {
  /** As in `--address`; null for one that is found, or else one of our own. */
  address: string | null;
  /** CPUs of a cluster of our own. */
  cpus: number;
  /** CPUs a trial. */
  threads: number;
  /** Memory a trial (bytes). */
  memory: number;
  /** What starts lazyahead on a node. */
  command: string[];
}

/** A cluster that was found or started. */
export interface Cluster {
  /** Ray's version. */
  ray: string;
  /** Whether it was started for this alone, on this machine. */
  own: boolean;
  /** As asked for, there or in `RAY_ADDRESS`; null for one that was found or started. */
  address: string | null;
  nodes: number;
  cpus: number;
  /** CPUs of the largest node. */
  most: number;
  /** Trials that fit on it at a time. */
  workers: number;
}

/** What goes to the driver. */
export type Order =
  | { trial: string; order: Omit<TrialOrder, 'runDir'> }
  | { cancel: string[] }
  | { stop: string[] };

/** What comes from it. */
export type Message = { id: string; report: TrialReport | Refusal } | { workers: number };

/** A line of its standard output. */
type Said = { ready: Cluster } | { refused: string } | Message;

/** A driver that is connected. */
export class DriverProcess {
  /** Called with what it says; set by whoever uses it. */
  onMessage: (message: Message) => void = () => {};
  /** When the process has ended, with how it did. */
  readonly ended: Promise<string>;
  /** A line that is none of its messages. */
  private foreign?: string;

  private constructor(
    private readonly child: ChildProcess,
    private readonly log: string,
  ) {
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(`could not be started: ${error.message}`));
      child.once('close', (code, signal) =>
        resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
      );
    });
    // Writing to a process that has died: that it has is told by `ended`.
    child.stdin!.on('error', () => {});
  }

  /**
   * Starts a driver and waits until it is connected.
   *
   * @param log - the file that takes what Ray says for itself.
   * @throws UsageError when there is no such cluster, or it cannot be used.
   */
  static async start(
    python: string,
    request: ClusterRequest,
    log: string,
  ): Promise<{ driver: DriverProcess; cluster: Cluster }> {
    const file = openSync(log, 'a');
    // No compiled copies beside it: the package's folder may not be ours to write to.
    const child = spawn(python, ['-B', DRIVER], {
      stdio: ['pipe', 'pipe', file],
      // The terminal's Ctrl-C is for whoever started this: Ray would end at once, trials and all.
      detached: true,
      env: { ...process.env, RAY_USAGE_STATS_ENABLED: '0', PYTHONUNBUFFERED: '1' },
    });
    closeSync(file);
    const driver = new DriverProcess(child, log);
    driver.send(request);
    const cluster = await new Promise<Cluster>((done, fail) => {
      createInterface({ input: child.stdout! }).on('line', (line) => {
        const said = objectIn<Said>(line);
        if (said === undefined) {
          driver.foreign ??= line;
          child.kill();
        } else if ('ready' in said) done(said.ready);
        else if ('refused' in said) fail(new UsageError(refusal(request, said.refused, log)));
        else driver.onMessage(said);
      });
      driver.ended.then((how) => fail(driver.failure(how)));
    });
    return { driver, cluster };
  }

  send(order: Order | ClusterRequest): void {
    this.child.stdin!.write(`${JSON.stringify(order)}\n`);
  }

  /** Has it cancel what runs and end, its own cluster included. */
  async close(): Promise<void> {
    this.child.stdin!.end();
    await this.ended;
  }

  /** The error for a driver that ended by itself. */
  failure(how: string): Error {
    if (this.foreign !== undefined && !wasEndedByOthers(this.child)) {
      return new Error(
        `Ray's driver printed ${quoted(this.foreign)}: what its Python loads must leave standard output alone.`,
      );
    }
    return new Error(`Ray's driver ${how}; its words are in ${this.log}.`);
  }
}

function refusal({ address }: ClusterRequest, why: string, log: string): string {
  const where = address ?? process.env.RAY_ADDRESS;
  const cluster = where === undefined ? 'A Ray cluster' : `The Ray cluster at ${where}`;
  const versions = why.match(
    /Ray: ([\d.]+)\s+Python: ([\d.]+)[\s\S]*Ray: ([\d.]+)\s+Python: ([\d.]+)/,
  );
  if (versions !== null) {
    const [, ray, python, ourRay, ourPython] = versions;
    return `${cluster} runs Ray ${ray} on Python ${python}, and here is Ray ${ourRay} on Python ${ourPython}: name a Python like the cluster's in LAZYAHEAD_PYTHON.`;
  }
  return `${cluster} cannot be used: ${why.replace(/\.$/, '').slice(0, 300)}; more is in ${log}.`;
}
