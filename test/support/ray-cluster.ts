/** A real Ray cluster of several nodes on this machine's loopback addresses, with a token of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { descendantsOf } from './processes.js';

/** A node of the cluster. */
interface RayNode {
  /** Its address, e.g. `127.0.0.3`; Ray takes 127.0.0.1 for the machine's own outside address. */
  host: string;
  child: ChildProcess;
}

/** A cluster that runs; {@link RayCluster.start} makes one. */
export class RayCluster {
  private readonly nodes: RayNode[] = [];
  /** A short path: Ray's sockets are in it. */
  private readonly folder = mkdtempSync('/tmp/ray-test-');

  private constructor(
    private readonly ray: string,
    /** For whoever uses the cluster, and its nodes. */
    readonly env: Record<string, string>,
    /** `host:port` for programs on this machine. */
    readonly address: string,
    /** `ray://host:port` for programs elsewhere. */
    readonly clientAddress: string,
  ) {}

  /** Starts a head with so many CPUs. @param python - one with `ray[client]`. */
  static async start(python: string, cpus: number): Promise<RayCluster> {
    const [port, client] = await Promise.all([freePort(), freePort()]);
    const env = { RAY_AUTH_MODE: 'token', RAY_AUTH_TOKEN: randomBytes(32).toString('hex') };
    const ray = join(dirname(python), 'ray');
    const cluster = new RayCluster(...[ray, env, `${HEAD}:${port}`, `ray://${HEAD}:${client}`]);
    await cluster.startNode(HEAD, cpus, [
      ...['--head', `--port=${port}`, `--ray-client-server-port=${client}`],
      ...[`--temp-dir=${cluster.folder}`, '--include-dashboard=false'],
    ]);
    return cluster;
  }

  /** Adds a node. @returns its address. */
  async addNode(cpus: number): Promise<string> {
    const host = `127.0.0.${this.nodes.length + 2}`;
    await this.startNode(host, cpus, [`--address=${this.address}`]);
    return host;
  }

  /** Everything that runs on a node, the trials among it. */
  processesOn(host: string) {
    const { pid } = this.nodes.find((node) => node.host === host)!.child;
    return descendantsOf(pid!);
  }

  /** Ends a node as a loss of power does. */
  kill(host: string): void {
    const node = this.nodes.find((each) => each.host === host)!;
    for (const { pid } of [...this.processesOn(host), { pid: node.child.pid! }]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended with one before it.
      }
    }
  }

  stop(): void {
    for (const { host } of this.nodes.toReversed()) this.kill(host);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private async startNode(host: string, cpus: number, args: string[]): Promise<void> {
    const child = spawn(
      this.ray,
      [
        ...['start', '--block', '--disable-usage-stats', ...args],
        ...[`--node-ip-address=${host}`, `--num-cpus=${cpus}`, '--object-store-memory=100000000'],
      ],
      { env: { ...process.env, ...this.env }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.nodes.push({ host, child });
    await new Promise<void>((done, fail) => {
      let said = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (text) => {
          said += text;
          if (said.includes('Ray runtime started')) done();
        });
      }
      child.once('close', () => fail(new Error(`ray start ended: ${said.slice(-2000)}`)));
    });
  }
}

const HEAD = '127.0.0.2';

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, HEAD, () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}
