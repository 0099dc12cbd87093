/** What the main thread, which runs cells, and the thread with the sockets tell one another. */
import type { Content, Json, Message } from './message.js';

/** A message of the front end's, by the number under which both threads know it. */
export type Origin = number;

/** From the sockets to the cells. */
export type Incoming =
  | { kind: 'request'; origin: Origin; message: Message }
  | { kind: 'input'; content: Content }
  /**
   * The reader wants the running cell to stop. It is sent until it is seen. `cut`: what ran was ended
   * where it stood.
   */
  | { kind: 'interrupt'; interrupt: number; cut: boolean }
  | { kind: 'shutdown' };

/** From the cells to the sockets. */
export type Outgoing =
  | { kind: 'stream'; origin: Origin; name: string; text: string }
  | { kind: 'publish'; origin: Origin; type: string; content: Json; more?: Extras }
  | { kind: 'reply'; origin: Origin; type: string; content: Json }
  | { kind: 'ask'; origin: Origin; content: Content }
  /** Which cell runs now, if any. */
  | { kind: 'running'; origin: Origin | null }
  /** Nothing else is to come: the process ends when all is sent. */
  | { kind: 'end' };

/** What few messages have. */
export interface Extras {
  metadata?: Content;
  buffers?: Uint8Array[];
}

/** Numbers in memory that both threads see; each is an index into an `Int32Array`. */
export const SHARED = {
  /** Requests received. */
  RECEIVED: 0,
  /** The last interrupt that the main thread has taken notice of. */
  INTERRUPT_SEEN: 1,
  /** The last interrupt. */
  INTERRUPT: 2,
  /** Above 0 while the main thread runs what can be cut off. */
  CUTTABLE: 3,
  /** Above 0 while there is work that ends by itself when it is interrupted. */
  FINISHING: 4,
  /** The last interrupt that something keeps from being noticed, and that cannot be cut off. */
  STUCK: 5,
  /** Above 0 when the thread with the sockets has sent all and closed them. */
  CLOSED: 6,
  /** How many there are. */
  LENGTH: 7,
} as const;

/** What the thread with the sockets is started with. */
export interface WireOptions {
  connectionFile: string;
  shared: SharedArrayBuffer;
  /** Who started the kernel; when it is gone the kernel ends. */
  parentPid: number;
  /** The reply to `kernel_info_request`. */
  info: Content;
}
