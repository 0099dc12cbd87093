import type { Comm, CommMessage } from '../../src/runtime/cell-api.js';

const KEY = Symbol.for('lazyahead.kernel');

/** A comm with a front end that remembers what it got and says what a test wants. */
export interface FakeComm extends Comm {
  target: string;
  content: { data?: { state: Record<string, unknown> }; metadata?: object };
  sent: Record<string, unknown>[];
  closed: boolean;
  /** As if the front end had sent it. */
  receive(data: object): void;
}

export interface Shown {
  data: Record<string, unknown>;
  displayId?: string;
  update: boolean;
}

/** Stands in for the kernel that cells talk to, until it is uninstalled. */
export function fakeKernel() {
  const comms: FakeComm[] = [];
  const shown: Shown[] = [];
  const targets = new Map<string, (comm: Comm, message: CommMessage) => void>();
  const controller = new AbortController();
  const open = (target: string, content: FakeComm['content']): FakeComm => {
    const comm = makeComm(`comm-${comms.length}`, target, content);
    comms.push(comm);
    return comm;
  };
  const api = {
    display: (bundle: Shown, options?: { update?: boolean }) =>
      shown.push({ ...bundle, update: options?.update ?? false }),
    clearOutput() {},
    input: async (prompt: string) => `answer to ${prompt}`,
    interrupted: () => controller.signal,
    finishes() {},
    comms: {
      open,
      onOpen(target: string, listener: (comm: Comm, message: CommMessage) => void) {
        targets.set(target, listener);
        return () => targets.delete(target);
      },
    },
  };
  (globalThis as Record<symbol, unknown>)[KEY] = api;
  return {
    comms,
    shown,
    /** The comm of the model with this name that was opened last. */
    model: (name: string) =>
      comms.findLast(({ content }) => content.data?.state._model_name === name)!,
    /** As if the front end had opened a comm. */
    openFromPage(target: string): FakeComm {
      const comm = open(target, {});
      targets.get(target)!(comm, message({}));
      return comm;
    },
    interrupt: () => controller.abort(),
    uninstall: () => Reflect.deleteProperty(globalThis, KEY),
  };
}

const message = (data: object): CommMessage => ({ data, metadata: {}, buffers: [] });

function makeComm(id: string, target: string, content: FakeComm['content']): FakeComm {
  const listeners = new Set<(message: CommMessage) => void>();
  // Opened with a copy: what the model does to its state later was not sent.
  const comm: FakeComm = {
    ...{ id, target, content: structuredClone(content), sent: [], closed: false },
    send: (data) => comm.sent.push(structuredClone(data) as Record<string, unknown>),
    onMessage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onClose: () => () => {},
    close() {
      comm.closed = true;
    },
    receive(data) {
      for (const listener of listeners) listener(message(data));
    },
  };
  return comm;
}
