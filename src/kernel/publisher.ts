import type { ZmqServer } from 'tslab/dist/jupyter.js';

/** A Jupyter message as tslab keeps it: what outputs are answers to. */
export type Message = Parameters<ZmqServer['publishStatus']>[1];

/** Text is sent as it is when a loop without an await has printed this much (characters). */
const LARGEST_TEXT = 1 << 20;

/**
 * The kernel's outgoing channel (IOPub): every message, in the order of the calls.
 *
 * tslab sends without waiting. The socket takes about 500 messages of a burst at once, refuses the
 * next ones as "busy" and with them the `idle` that ends the cell; so each send waits for the one
 * before. Printed text is gathered until the running code gives way, because JupyterLab's server
 * drops what comes faster than 1,000 messages a second.
 */
export class Publisher {
  private last: Promise<void> = Promise.resolve();
  private text: { parent: Message; name: string; pieces: string[]; length: number } | null = null;

  /**
   * @param key - signs the messages.
   * @param send - hands a message's frames to the socket.
   */
  constructor(
    private readonly key: string,
    private readonly send: (frames: (string | Buffer)[]) => Promise<void>,
  ) {}

  /** Sends one message of the given type. */
  publish(parent: Message, type: string, content: object): void {
    this.flush();
    const message = parent.createReply();
    message.header.msg_type = type;
    message.content = content;
    message.signAndSend(this.key, {
      send: (frames: (string | Buffer)[]) => {
        this.last = this.last.then(() => this.send(frames)).catch(() => {});
      },
    });
  }

  /** Prints text. @param name - 'stdout' or 'stderr'. */
  print(parent: Message, name: string, text: string): void {
    if (this.text?.parent !== parent || this.text.name !== name) {
      this.flush();
      this.text = { parent, name, pieces: [], length: 0 };
      setImmediate(() => this.flush());
    }
    this.text.pieces.push(text);
    this.text.length += text.length;
    if (this.text.length > LARGEST_TEXT) this.flush();
  }

  /** Resolves when all that was published has been handed to the socket. */
  async drained(): Promise<void> {
    this.flush();
    await this.last;
  }

  private flush(): void {
    if (!this.text) return;
    const { parent, name, pieces } = this.text;
    this.text = null;
    this.publish(parent, 'stream', { name, text: pieces.join('') });
  }
}
