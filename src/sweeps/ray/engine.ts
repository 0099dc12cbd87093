/** The engine for many machines: trials as tasks of a Ray cluster. */
import { EventEmitter, once } from 'node:events';
import type { BackendOptions } from '../../runtime/backend.js';
import { codeVersion } from '../../runtime/code-version.js';
import { UsageError } from '../../runtime/errors.js';
import { findPython, ownVenv } from '../../runtime/python.js';
import { type Channel, pushedBy } from '../channel.js';
import type { Engine, EngineOptions, Trial, TrialEvent } from '../engine.js';
import { puller } from '../puller.js';
import { MEMORY_A_TRIAL } from '../workers.js';
import { type Cluster, DriverProcess, type Message } from './driver-process.js';

/** Tried with this package. */
export const RAY_VERSION = '2.60.0';

/** Where trials are sent, and what they find there. */
export interface RayOptions extends BackendOptions {
  /**
   * `host:port` or `auto` where this machine is a node of the cluster, `ray://host:10001` from
   * elsewhere, `local` for one of our own; by default `RAY_ADDRESS`, a cluster that runs on this
   * machine, or one of our own.
   */
  address?: string;
  /** What starts lazyahead on a node: a program and its arguments. */
  command: string[];
  /** CPUs, and threads within one op, of each trial. Default 1. */
  threads?: number;
  /** Trials at a time; default: as many as the cluster has room for, also when that changes. */
  workers?: number;
  /** CPUs of a cluster of our own. */
  cpus: number;
  /** The file that takes what Ray says for itself. */
  log: string;
  /** Is told what takes long. */
  say?: (line: string) => void;
}

/** Runs each trial as a task of a Ray cluster, in a process on whichever node is free. */
export class RayEngine implements Engine {
  readonly name = 'ray';
  /** The trials that run, by id. */
  private readonly running = new Map<string, (event: TrialEvent) => void>();
  private room: number;
  /** Why no trial can be carried out any more. */
  private failure?: Error;
  /** Emits `change` when there may be room for another trial, or no more to be done. */
  private readonly changes = new EventEmitter();
  private readonly code = codeVersion();

  private constructor(
    private readonly driver: DriverProcess,
    readonly cluster: Cluster,
    private readonly options: RayOptions,
  ) {
    this.room = cluster.workers;
    driver.onMessage = (message) => this.hear(message);
    driver.ended.then((how) => {
      this.failure ??= driver.failure(how);
      for (const [id, tell] of this.running) tell({ id, type: 'cancelled' });
    });
  }

  /**
   * Connects to a cluster or starts one; `ray` is installed where no Python has it.
   *
   * @throws UsageError when neither can be done.
   */
  static async start(options: RayOptions): Promise<RayEngine> {
    const { address = null, command, threads = 1, workers, cpus, log, say = () => {} } = options;
    // Ray's client, for ray:// addresses, is gRPC's.
    const byClient = (address ?? process.env.RAY_ADDRESS)?.startsWith('ray://');
    const needs = {
      modules: byClient ? ['ray', 'grpc'] : ['ray'],
      requirements: [`ray[client]==${RAY_VERSION}`],
      venv: ownVenv('ray'),
    };
    const found = await findPython(needs, say);
    if ('reason' in found) {
      throw new UsageError(
        `Sweeps on Ray need the Python package ray: ${found.reason} Name a Python that has it in LAZYAHEAD_PYTHON.`,
      );
    }
    const request = { address, cpus, threads, memory: MEMORY_A_TRIAL, command };
    const { driver, cluster } = await DriverProcess.start(found.python, request, log);
    if (cluster.workers === 0 && workers === undefined) {
      await driver.close();
      throw new UsageError(
        `No node of the Ray cluster has ${threads} CPUs for the threads of a trial, the largest has ${cluster.most}: lower --threads, or say how many trials at a time with --workers if nodes will join.`,
      );
    }
    return new RayEngine(driver, cluster, options);
  }

  get workers(): number {
    const { workers = this.room } = this.options;
    return this.cluster.own ? Math.min(workers, this.room) : workers;
  }

  run(
    trials: Iterable<Trial> | AsyncIterable<Trial>,
    { signal, stopped }: EngineOptions,
  ): AsyncGenerator<TrialEvent, void, undefined> {
    return pushedBy(async (to, stop) => {
      stop.addEventListener('abort', () => this.cancelAll());
      await this.carryOutAll(puller(trials), { stop, stopped }, to);
      if (this.failure) throw this.failure;
    }, signal);
  }

  /** Lets the cluster go; one of our own is ended. */
  close(): Promise<void> {
    return this.driver.close();
  }

  /** As many at a time as there are workers, also when that changes. */
  private async carryOutAll(
    next: () => Promise<Trial | undefined>,
    { stop, stopped }: { stop: AbortSignal; stopped: EngineOptions['stopped'] },
    to: Channel<TrialEvent>,
  ): Promise<void> {
    const working = new Set<Promise<void>>();
    let exhausted = false;
    try {
      for (;;) {
        while (!exhausted && !stop.aborted && !this.failure && working.size < this.workers) {
          const trial = await next();
          exhausted = trial === undefined;
          if (trial === undefined) break;
          const early = stopped?.(trial.id);
          const work = this.carryOut(trial, { stop, early }, to).finally(() => {
            working.delete(work);
            this.changes.emit('change');
          });
          working.add(work);
        }
        if (working.size === 0) return;
        await once(this.changes, 'change');
      }
    } finally {
      // Where naming the next trial has failed, those that run are of no use to anybody.
      if (working.size > 0) this.cancelAll();
      await Promise.all(working);
    }
  }

  private async carryOut(
    trial: Trial,
    { stop, early }: { stop: AbortSignal; early?: AbortSignal },
    to: Channel<TrialEvent>,
  ): Promise<void> {
    const { id, request } = trial;
    // While it was being chosen; nobody would tell its end any more.
    if (stop.aborted || this.failure) {
      to.push({ id, type: 'cancelled' });
      return;
    }
    const { backend, threads = 1 } = this.options;
    const ended = new Promise<TrialEvent>((resolve) => {
      this.running.set(id, (event) => {
        if (ENDS.includes(event.type)) resolve(event);
        else to.push(event);
      });
    });
    const order = { request, backend, threads, code: this.code };
    this.driver.send({ trial: id, order });
    const endEarly = () => this.driver.send({ stop: [id] });
    early?.addEventListener('abort', endEarly);
    to.push(await ended);
    early?.removeEventListener('abort', endEarly);
    this.running.delete(id);
  }

  private cancelAll(): void {
    this.driver.send({ cancel: [...this.running.keys()] });
  }

  private hear(message: Message): void {
    if ('workers' in message) {
      this.room = message.workers;
      this.changes.emit('change');
      return;
    }
    const { id, report } = message;
    if (report.type === 'refused') {
      // Other nodes may be right, but whoever reads the results must know which code made them.
      this.failure ??= new UsageError(report.message);
      this.cancelAll();
      this.running.get(id)?.({ id, type: 'cancelled' });
    } else {
      this.running.get(id)?.({ ...report, id } as TrialEvent);
    }
  }
}

const ENDS = ['ended', 'stopped', 'failed', 'cancelled'];
