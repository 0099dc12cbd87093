/** Sends one message after the other. */

/** How long printed text is gathered (ms). JupyterLab's server drops more than 1,000 messages a second. */
const GATHER = 25;

/** Text is sent as it is when so much has come together (characters). */
const LARGEST_TEXT = 1 << 20;

/** Something with frames to send: a socket. */
export interface Sender {
  send(frames: Uint8Array[]): Promise<void>;
}

/** Messages of one socket, each sent when the one before is gone: a busy socket refuses, and loses, what comes at once. */
export class Outbox {
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly socket: Sender) {}

  /** Sends a message when its turn comes. */
  put(frames: Uint8Array[]): void {
    this.last = this.last.then(() => this.socket.send(frames)).catch(() => {});
  }

  /** Resolves when all that was put has been handed to the socket. */
  drained(): Promise<void> {
    return this.last;
  }
}

/** Printed text on its way to becoming messages. */
export class Gatherer<Key> {
  private current: { key: Key; name: string; pieces: string[]; length: number } | null = null;
  private timer: NodeJS.Timeout | null = null;

  /** @param send - gets what has come together. */
  constructor(private readonly send: (key: Key, name: string, text: string) => void) {}

  /** Adds text. @param name - 'stdout' or 'stderr'. */
  add(key: Key, name: string, text: string): void {
    if (this.current?.key !== key || this.current.name !== name) {
      this.flush();
      this.current = { key, name, pieces: [], length: 0 };
      this.timer = setTimeout(() => this.flush(), GATHER);
    }
    this.current.pieces.push(text);
    this.current.length += text.length;
    if (this.current.length > LARGEST_TEXT) this.flush();
  }

  /** Sends what is there: before anything else is sent, so that all stays in order. */
  flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (!this.current) return;
    const { key, name, pieces } = this.current;
    this.current = null;
    this.send(key, name, pieces.join(''));
  }
}
