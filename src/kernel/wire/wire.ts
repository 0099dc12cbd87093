import { writeSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  type Extras,
  type Incoming,
  type Origin,
  type Outgoing,
  SHARED,
  type WireOptions,
} from './between.js';
import type { Content, Message } from './message.js';

/** How long the end of the process waits until all is sent (ms). */
const LONGEST_END = 3000;

/** What the main thread does with what comes in. */
export interface WireListener {
  request(origin: Origin, message: Message): void;
  input(value: string): void;
  /** @param cut - what ran was ended where it stood, and never comes back. */
  interrupt(interrupt: number, cut: boolean): void;
  shutdown(): void;
}

/** The main thread's end of the thread with the sockets. */
export class Wire {
  private readonly counters: Int32Array;
  private readonly thread: Worker;

  /** @param info - the reply to `kernel_info_request`. */
  constructor(connectionFile: string, info: Content) {
    const shared = new SharedArrayBuffer(SHARED.LENGTH * Int32Array.BYTES_PER_ELEMENT);
    this.counters = new Int32Array(shared);
    const workerData: WireOptions = { connectionFile, shared, parentPid: process.ppid, info };
    this.thread = new Worker(join(__dirname, `thread${extname(__filename)}`), { workerData });
    this.thread.on('error', (error) => {
      // No front end can be told any more, only Jupyter's log.
      writeSync(2, `The kernel’s sockets failed: ${error.stack}\n`);
      Atomics.store(this.counters, SHARED.CLOSED, 1);
      process.exit(1);
    });
  }

  /** Hands over what comes in, from the first message on. */
  listen(listener: WireListener): void {
    this.thread.on('message', (incoming: Incoming) => receive(incoming, listener));
  }

  /** How many requests have been received, those not seen here yet among them. */
  get received(): number {
    return Atomics.load(this.counters, SHARED.RECEIVED);
  }

  /** Takes notice of an interrupt. */
  saw(interrupt: number): void {
    Atomics.store(this.counters, SHARED.INTERRUPT_SEEN, interrupt);
  }

  /** Whether there is an interrupt that no notice has been taken of yet. */
  get isInterrupted(): boolean {
    const { counters } = this;
    return Atomics.load(counters, SHARED.INTERRUPT) > Atomics.load(counters, SHARED.INTERRUPT_SEEN);
  }

  /** Whether there is an interrupt that what runs keeps from being noticed. */
  get isStuck(): boolean {
    const { counters } = this;
    return Atomics.load(counters, SHARED.STUCK) > Atomics.load(counters, SHARED.INTERRUPT_SEEN);
  }

  /** Whether what runs can be cut off. */
  set cuttable(cuttable: boolean) {
    Atomics.store(this.counters, SHARED.CUTTABLE, cuttable ? 1 : 0);
  }

  /** Whether there is work that an interrupt leaves to end by itself. */
  set finishing(finishing: boolean) {
    Atomics.store(this.counters, SHARED.FINISHING, finishing ? 1 : 0);
  }

  /** Sends to all front ends. @throws TypeError for what JSON cannot hold. */
  publish(origin: Origin, type: string, content: Content, more?: Extras): void {
    this.tell({ kind: 'publish', origin, type, content: JSON.stringify(content), more });
  }

  /** Sends printed text to all front ends. */
  print(origin: Origin, name: string, text: string): void {
    this.tell({ kind: 'stream', origin, name, text });
  }

  reply(origin: Origin, type: string, content: Content): void {
    this.tell({ kind: 'reply', origin, type, content: JSON.stringify(content) });
  }

  /** Asks whoever sent the request for a line. */
  ask(origin: Origin, content: Content): void {
    this.tell({ kind: 'ask', origin, content });
  }

  /** Says which cell runs now. */
  set running(origin: Origin | null) {
    this.tell({ kind: 'running', origin });
  }

  /** Sends what is left; blocks until that is done. Nothing can be sent any more. */
  end(): void {
    this.tell({ kind: 'end' });
    Atomics.wait(this.counters, SHARED.CLOSED, 0, LONGEST_END);
  }

  private tell(outgoing: Outgoing): void {
    this.thread.postMessage(outgoing);
  }
}

function receive(incoming: Incoming, listener: WireListener): void {
  switch (incoming.kind) {
    case 'request':
      listener.request(incoming.origin, incoming.message);
      break;
    case 'input':
      listener.input(String(incoming.content.value ?? ''));
      break;
    case 'interrupt':
      listener.interrupt(incoming.interrupt, incoming.cut);
      break;
    case 'shutdown':
      listener.shutdown();
  }
}
