import { randomUUID } from 'node:crypto';
import type { CellApi, Comm, CommMessage } from '../../runtime/cell-api.js';
import type { Content, Message } from '../wire/message.js';
import { contextOf, currentContext, within } from './context.js';

/** Sends a comm's message to the front ends. */
type Send = (type: string, content: Content, more?: object) => void;

type Listener = (message: CommMessage) => void;

/** The open comms. */
export class Comms {
  private readonly open = new Map<string, OpenComm>();
  private readonly targets = new Map<string, (comm: Comm, message: CommMessage) => void>();

  /** @param complain - told, within the context of the cell that listens, what a listener throws. */
  constructor(
    private readonly send: Send,
    private readonly complain: (error: unknown) => void,
  ) {}

  /** What cells can do with comms. */
  readonly api: CellApi['comms'] = {
    open: (target, { data = {}, metadata, buffers, id = randomUUID() }) => {
      this.send('comm_open', { comm_id: id, target_name: target, data }, { metadata, buffers });
      return this.add(id, target);
    },
    onOpen: (target, listener) => {
      this.targets.set(target, this.owned(listener));
      return () => this.targets.delete(target);
    },
  };

  /** Takes `comm_open`, `comm_msg` and `comm_close`; what nobody knows is closed. */
  receive({ header, content, metadata, buffers }: Message): void {
    const { comm_id, data = {} } = content;
    const message: CommMessage = { data, metadata, buffers };
    if (header.msg_type === 'comm_open') {
      const target = this.targets.get(content.target_name);
      if (target) target(this.add(comm_id, content.target_name), message);
      else this.send('comm_close', { comm_id, data: {} });
      return;
    }
    const comm = this.open.get(comm_id);
    if (header.msg_type === 'comm_close') {
      this.open.delete(comm_id);
      comm?.closed(message);
    } else if (comm) {
      comm.received(message);
    }
  }

  /** The reply to `comm_info_request`. */
  info(target?: string): Content {
    const all = [...this.open.values()].filter((comm) => !target || comm.target === target);
    const comms = Object.fromEntries(all.map((comm) => [comm.id, { target_name: comm.target }]));
    return { status: 'ok', comms };
  }

  private add(id: string, target: string): OpenComm {
    const comm = new OpenComm(
      id,
      target,
      this.send,
      () => this.open.delete(id),
      (listener) => this.owned(listener),
    );
    this.open.set(id, comm);
    return comm;
  }

  /** A listener as code of the cell that registers it, whose message's outputs are answers to. */
  private owned<A extends unknown[]>(listener: (...values: A) => void): (...values: A) => void {
    const owner = currentContext();
    return (...values) => {
      const message = currentContext();
      if (!owner || !message) return listener(...values);
      within(contextOf(message.origin, owner), () => {
        try {
          listener(...values);
        } catch (error) {
          this.complain(error);
        }
      });
    };
  }
}

class OpenComm implements Comm {
  private readonly messageListeners = new Set<Listener>();
  private readonly closeListeners = new Set<Listener>();

  constructor(
    readonly id: string,
    readonly target: string,
    private readonly sendMessage: Send,
    private readonly forget: () => void,
    private readonly owned: (listener: Listener) => Listener,
  ) {}

  send(data: object, more?: { metadata?: object; buffers?: Uint8Array[] }): void {
    this.sendMessage('comm_msg', { comm_id: this.id, data }, more);
  }

  onMessage(listener: Listener): () => void {
    return added(this.messageListeners, this.owned(listener));
  }

  onClose(listener: Listener): () => void {
    return added(this.closeListeners, this.owned(listener));
  }

  close(data: object = {}): void {
    this.forget();
    this.sendMessage('comm_close', { comm_id: this.id, data });
  }

  received(message: CommMessage): void {
    for (const listener of [...this.messageListeners]) listener(message);
  }

  closed(message: CommMessage): void {
    for (const listener of [...this.closeListeners]) listener(message);
  }
}

function added(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
