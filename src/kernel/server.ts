import { setTimeout as sleep } from 'node:timers/promises';
import type { Executor } from 'tslab/dist/executor.js';
import * as jupyter from 'tslab/dist/jupyter.js';
import { describeFailure } from './failure.js';
import { type Message, Publisher } from './publisher.js';

/** How long a failed cell waits for the requests sent along with it, so that they are aborted (ms). */
const ABORT_WINDOW = 50;

interface Outcome {
  status: 'ok' | 'error' | 'aborted';
  execution_count?: number;
}

/**
 * tslab's Jupyter server with the outgoing side replaced: outputs arrive complete and in order,
 * cells have numbers, and a failed cell ends in an `error` output that stops the cells queued
 * behind it.
 */
export class KernelServer extends jupyter.ZmqServer {
  private publisher!: Publisher;
  private cells: Promise<unknown> = Promise.resolve();
  private received = 0;
  private abortedUpTo = 0;
  private executed = 0;

  /**
   * @param connectionFile - where Jupyter wrote ports and key.
   * @param printed - what the executor printed with `console.error`; emptied after each cell.
   */
  constructor(
    connectionFile: string,
    private readonly executor: Executor,
    handler: jupyter.JupyterHandlerImpl,
    private readonly printed: unknown[][],
  ) {
    super(handler, connectionFile);
  }

  override async init(): Promise<void> {
    const ready = super.init();
    this.publisher = new Publisher(this.connInfo.key, (frames) => this.iopub.send(frames));
    await ready;
    // zeromq drops what exceeds this many waiting messages (1,000 by default); 0 means no limit.
    this.iopub.sendHighWaterMark = 0;
  }

  override publishStatus(status: string, parent: Message): void {
    this.publisher.publish(parent, 'status', { execution_state: status });
  }

  override async handleExecute(
    socket: Parameters<jupyter.ZmqServer['handleExecute']>[0],
    request: Message,
  ): Promise<void> {
    const position = ++this.received;
    const cell = this.cells.then(() =>
      position <= this.abortedUpTo ? ({ status: 'aborted' } as const) : this.runCell(request),
    );
    this.cells = cell.catch(() => {});
    const reply = request.createReply();
    reply.header.msg_type = 'execute_reply';
    reply.content = await cell;
    reply.signAndSend(this.connInfo.key, socket);
  }

  override async close(): Promise<void> {
    await this.publisher.drained();
    super.close();
    // Timers and workers that cells left behind must not keep the process.
    process.exit(0);
  }

  private async runCell(request: Message): Promise<Outcome> {
    const { code, stop_on_error = true } = request.content as {
      code: string;
      stop_on_error?: boolean;
    };
    const execution_count = ++this.executed;
    this.publisher.publish(request, 'execute_input', { code, execution_count });
    this.routeOutput(request);

    const ok = await this.executor.execute(code);
    const printed = this.printed.splice(0);
    if (ok) {
      for (const call of printed) console.error(...call);
      return { status: 'ok', execution_count };
    }
    const failure = describeFailure(printed);
    this.publisher.publish(request, 'error', failure);
    if (stop_on_error) {
      await sleep(ABORT_WINDOW);
      this.abortedUpTo = this.received;
    }
    return { status: 'error', execution_count, ...failure };
  }

  /** From now on what is printed or displayed belongs to this request's cell. */
  private routeOutput(request: Message): void {
    for (const name of ['stdout', 'stderr'] as const) {
      process[name].write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
        const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
        this.publisher.print(request, name, text);
        const done = rest.at(-1);
        if (typeof done === 'function') process.nextTick(done);
        return true;
      };
    }
    // The variable that tslab's own `display` reads; an import is read-only to TypeScript alone.
    (
      jupyter as { lastWriteDisplayData: typeof jupyter.lastWriteDisplayData }
    ).lastWriteDisplayData = (display, update) =>
      this.publisher.publish(request, update ? 'update_display_data' : 'display_data', display);
  }
}
