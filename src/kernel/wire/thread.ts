/**
 * The thread with the sockets. It answers while a cell computes, sends what the cell prints
 * meanwhile, and can stop it.
 */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { Publisher, Reply, Router } from 'zeromq';
import { type Incoming, type Origin, type Outgoing, SHARED, type WireOptions } from './between.js';
import {
  type Content,
  decode,
  encode,
  headerOf,
  type Json,
  type Message,
  Signer,
} from './message.js';
import { Gatherer, Outbox } from './outbox.js';
import { Stopper } from './stopper.js';

/** Time that a kernel may take to end in good order (ms). */
const PATIENCE = 1500;

/** Time that the main thread has for its exit handlers and Node's own end when all is sent (ms). */
const LAST_PATIENCE = 1000;

/** How often the parent process is looked for (ms). */
const LOOK_FOR_PARENT = 1000;

/** Messages other than cells that outputs can still refer to. */
const REMEMBERED = 1000;

const { connectionFile, shared, parentPid, info } = workerData as WireOptions;
const counters = new Int32Array(shared);
const connection = JSON.parse(readFileSync(connectionFile, 'utf8'));
const signer = new Signer(connection.key, connection.signature_scheme);
const session = headerOf('', '').msg_id;
const main = parentPort!;

// Without a limit on what waits: zeromq drops what exceeds it, 1,000 messages by default.
const unlimited = { sendHighWaterMark: 0, receiveHighWaterMark: 0 };
const shell = new Router(unlimited);
const control = new Router(unlimited);
const stdin = new Router(unlimited);
const iopub = new Publisher({ sendHighWaterMark: 0 });
const heartbeat = new Reply();

const outboxes = {
  shell: new Outbox(shell),
  control: new Outbox(control),
  stdin: new Outbox(stdin),
  iopub: new Outbox(iopub),
};
const origins = new Map<Origin, Message>();
const passing: Origin[] = [];
let received = 0;
let running: Message | null = null;
let ending = false;

const stopper = new Stopper(counters, (interrupt, cut) =>
  tell({ kind: 'interrupt', interrupt, cut }),
);
const gatherer = new Gatherer<Origin>((origin, name, text) =>
  put('iopub', origins.get(origin), 'stream', { name, text }),
);

function tell(message: Incoming): void {
  main.postMessage(message);
}

/** Sends a message as an answer to another. */
function put(
  channel: keyof typeof outboxes,
  parent: Message | null | undefined,
  type: string,
  content: Content | Json,
  { metadata = {}, buffers = [] }: { metadata?: Content; buffers?: Uint8Array[] } = {},
): void {
  if (channel === 'iopub') gatherer.flush();
  const identities = channel === 'iopub' ? [Buffer.from(type)] : (parent?.identities ?? []);
  const header = headerOf(type, session);
  const json = typeof content === 'string' ? content : JSON.stringify(content);
  const about = { identities, header, parent: parent?.header ?? {}, metadata, buffers };
  outboxes[channel].put(encode({ ...about, content: json }, signer));
}

const status = (parent: Message | null, execution_state: string) =>
  put('iopub', parent, 'status', { execution_state });

/** Answers at once, whatever the main thread does. */
function answer(channel: 'shell' | 'control', request: Message, content: Content): void {
  status(request, 'busy');
  put(channel, request, request.header.msg_type.replace(/_request$/, '_reply'), content);
  idle(request);
}

/** A request is done; where a cell runs the kernel is as busy as before. */
function idle(request: Message): void {
  status(request, 'idle');
  if (running && running !== request) status(running, 'busy');
}

/** A request that the main thread answers. */
function pass(message: Message): void {
  const origin = ++received;
  Atomics.store(counters, SHARED.RECEIVED, received);
  origins.set(origin, message);
  if (message.header.msg_type !== 'execute_request') {
    passing.push(origin);
    if (passing.length > REMEMBERED) origins.delete(passing.shift()!);
  }
  tell({ kind: 'request', origin, message });
}

function shutDown(channel: 'shell' | 'control', request: Message): void {
  const content = { status: 'ok', restart: Boolean(request.content.restart) };
  status(request, 'busy');
  put(channel, request, 'shutdown_reply', content);
  put('iopub', request, 'shutdown_reply', content);
  status(request, 'idle');
  tell({ kind: 'shutdown' });
  // Where the main thread computes and hears nothing.
  setTimeout(() => void end(), PATIENCE);
}

async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  gatherer.flush();
  const drained = Promise.all(Object.values(outboxes).map((outbox) => outbox.drained()));
  await Promise.race([drained, new Promise((done) => setTimeout(done, PATIENCE))]);
  for (const socket of [shell, control, stdin, iopub, heartbeat]) socket.close();
  Atomics.store(counters, SHARED.CLOSED, 1);
  Atomics.notify(counters, SHARED.CLOSED);
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_PATIENCE);
}

const onShell = (request: Message) => {
  const { msg_type } = request.header;
  if (msg_type === 'kernel_info_request') answer('shell', request, info);
  else if (msg_type === 'shutdown_request') shutDown('shell', request);
  else pass(request);
};

const onControl = (request: Message) => {
  const { msg_type } = request.header;
  if (msg_type === 'kernel_info_request') answer('control', request, info);
  else if (msg_type === 'shutdown_request') shutDown('control', request);
  else if (msg_type === 'interrupt_request') {
    answer('control', request, { status: 'ok' });
    stopper.interrupt();
  } else if (/_request$/.test(msg_type)) {
    const evalue = `This kernel has no ${msg_type.replace(/_request$/, '')} on its control channel.`;
    answer('control', request, { status: 'error', ename: 'Unsupported', evalue, traceback: [] });
  }
};

async function listen(socket: Router, onMessage: (message: Message) => void): Promise<void> {
  for await (const frames of socket) {
    const message = decode(frames, signer);
    if (message) onMessage(message);
  }
}

async function beat(): Promise<void> {
  for await (const frames of heartbeat) await heartbeat.send(frames);
}

main.on('message', (message: Outgoing) => {
  const origin = 'origin' in message && message.origin !== null ? message.origin : -1;
  switch (message.kind) {
    case 'stream':
      gatherer.add(origin, message.name, message.text);
      break;
    case 'publish':
      put('iopub', origins.get(origin), message.type, message.content, message.more);
      break;
    case 'reply':
      put('shell', origins.get(origin), message.type, message.content);
      break;
    case 'ask':
      put('stdin', origins.get(origin), 'input_request', message.content);
      break;
    case 'running':
      running = message.origin === null ? null : (origins.get(origin) ?? null);
      break;
    case 'end':
      void end();
  }
});

async function start(): Promise<void> {
  const { transport, ip } = connection;
  const address = (port: number) =>
    transport === 'ipc' ? `ipc://${ip}-${port}` : `${transport}://${ip}:${port}`;
  await Promise.all([
    shell.bind(address(connection.shell_port)),
    control.bind(address(connection.control_port)),
    stdin.bind(address(connection.stdin_port)),
    iopub.bind(address(connection.iopub_port)),
    heartbeat.bind(address(connection.hb_port)),
  ]);
  status(null, 'starting');
  void beat();
  void listen(shell, onShell);
  void listen(control, onControl);
  void listen(stdin, ({ header, content }) => {
    if (header.msg_type === 'input_reply') tell({ kind: 'input', content });
  });
  // A Jupyter that was killed asks nobody to shut down; its orphans get another parent.
  setInterval(() => {
    if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL');
  }, LOOK_FOR_PARENT);
}

void start();
