/** A kernel as jupyter_client drives it. */
import { join } from 'node:path';
import { type Answering, startProcess } from '../process.js';

/** Longest wait for one cell (s). */
const PATIENCE = 60;

type Env = NodeJS.ProcessEnv;

/** What a burst of lines came to. */
export interface Burst {
  /** Until the cell was done; null where it never was. */
  ms: number | null;
  /** Lines that arrived, and whether they are all of them in order. */
  arrived: number;
  complete: boolean;
}

export class KernelClient {
  readonly #name: string;
  readonly #process: Answering;

  private constructor(name: string, process: Answering) {
    this.#name = name;
    this.#process = process;
  }

  /** @param folder - where its cells run. */
  static async connect(
    name: string,
    { python, env, folder }: { python: string; env: Env; folder: string },
  ): Promise<KernelClient> {
    const script = join(__dirname, 'client.py');
    const process = await startProcess(name, python, [script, name, folder], env as never);
    return new KernelClient(name, process);
  }

  /** Starts the kernel: the time until it has answered `kernel_info_request`. */
  async start(): Promise<number> {
    const { ms } = await this.#process.ask<{ ms: number }>({ ask: 'start', limit: PATIENCE });
    return ms;
  }

  /**
   * Runs cells one after the other.
   *
   * @returns milliseconds each, until the reply and `idle` have come.
   * @throws Error when one fails, or does not end within a minute.
   */
  async cells(codes: string[]): Promise<number[]> {
    const { ms, failed, code } = await this.#process.ask<{
      ms: number[];
      failed?: string;
      code?: string;
    }>({ ask: 'cells', codes, limit: PATIENCE });
    if (failed)
      throw new Error(`${this.#name}: ${code?.replaceAll('\n', ' ')}: ${failed.split('\n')[0]}`);
    return ms;
  }

  /** @param seconds - after which a cell is given up. */
  burst(code: string, lines: number, seconds: number): Promise<Burst> {
    return this.#process.ask({ ask: 'burst', code, lines, limit: seconds });
  }

  /** Resident bytes of the kernel and of the processes it has started. */
  async memory(): Promise<number> {
    const { bytes } = await this.#process.ask<{ bytes: number }>({ ask: 'memory' });
    return bytes;
  }

  /** Ends the kernel, which can be started again. */
  async stop(): Promise<void> {
    await this.#process.ask({ ask: 'stop' });
  }

  /** Ends everything. */
  close(): Promise<void> {
    return this.#process.end();
  }
}
