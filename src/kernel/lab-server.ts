import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import writeFileAtomic from 'write-file-atomic';
import { type Jupyter, KERNEL } from './jupyter.js';

/** A running JupyterLab. */
export interface LabServer {
  /** Opens it in a browser, token included. */
  url: string;
  port: number;
  token: string;
  /** Resolves when it has ended, for whatever reason. */
  ended: Promise<void>;
  /** Ends it and its kernels. */
  stop(): Promise<void>;
}

export interface LabOptions {
  /** The folder it shows. */
  root: string;
  /** Port on 127.0.0.1; by default 8888, or any free one where that is taken. */
  port?: number;
  /** Open the user's browser. */
  browser?: boolean;
  /** Added to the environment. */
  env?: NodeJS.ProcessEnv;
  /** Receives what the server and its kernels report once it runs: warnings and worse. */
  onLog?: (text: string) => void;
}

const START_TIMEOUT = 60_000;
const STOP_TIMEOUT = 8_000;

/**
 * Starts JupyterLab on 127.0.0.1 with a fresh random token and waits until it answers.
 *
 * @throws Error when the port is taken, the server ends before it answers, or it asks for another
 *   token or none.
 */
export async function startLab(jupyter: Jupyter, options: LabOptions): Promise<LabServer> {
  const port = await freePort(options.port);
  const token = randomBytes(24).toString('hex');
  silenceNews(jupyter.venv);
  saveWidgets(jupyter.venv);

  const server = spawn(jupyter.python, labArguments(port, options), {
    // The token goes by the environment: arguments can be read by every user of the machine.
    env: { ...jupyter.env, ...options.env, JUPYTER_TOKEN: token },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000);
  });
  const ended = new Promise<void>((resolve, reject) => {
    server.once('exit', () => resolve()).once('error', reject);
  });
  const stop = () => stopServer(server, ended);

  const answer = await firstAnswer(port, token, ended);
  if (answer === 'none') {
    await stop();
    const reason = log.trim().split('\n').at(-1) || `no answer within ${START_TIMEOUT / 1000} s`;
    throw new Error(`JupyterLab did not start: ${reason}`);
  }
  if (answer === 'refused' || (await letsAnybodyIn(port))) {
    await stop();
    throw new Error(
      `JupyterLab was stopped, for it asked for ${answer === 'refused' ? 'another token than ours' : 'no token'}: a configuration file of yours (“jupyter --paths” lists their folders) sets IdentityProvider.token or ServerApp.token, remove that line.`,
    );
  }
  const { onLog } = options;
  // Ctrl-C reaches the server as well, and Node hands on what it says before its own signal.
  if (onLog) server.stderr.on('data', (text: string) => setImmediate(onLog, text));
  return { url: `http://127.0.0.1:${port}/lab?token=${token}`, port, token, ended, stop };
}

function labArguments(port: number, { root, browser }: LabOptions): string[] {
  return [
    // Isolated: what lies in the folder that one stands in, a queue.py, is not imported.
    ...['-I', '-m', 'jupyterlab'],
    '--log-level=WARN',
    '--ServerApp.ip=127.0.0.1',
    `--ServerApp.port=${port}`,
    '--ServerApp.port_retries=0',
    `--ServerApp.root_dir=${root}`,
    `--ServerApp.open_browser=${browser ? 'True' : 'False'}`,
    `--ExtensionApp.open_browser=${browser ? 'True' : 'False'}`,
    `--MultiKernelManager.default_kernel_name=${KERNEL}`,
    // Its default is longer than the interval, of which it warns whenever a page is opened.
    '--ServerApp.tornado_settings={"ws_ping_timeout": 30000}',
    // Ctrl-C ends it at once instead of asking back.
    '--ServerApp.answer_yes=True',
    // Jupyter refuses to run as root, which is who one is in most containers.
    ...(process.getuid?.() === 0 ? ['--ServerApp.allow_root=True'] : []),
  ];
}

/** JupyterLab asks each new user whether to fetch its news; ours needs no network and no question. */
function silenceNews(venv: string): void {
  const file = join(venv, 'etc', 'jupyter', 'labconfig', 'page_config.json');
  if (existsSync(file)) return;
  mkdirSync(dirname(file), { recursive: true });
  const disabledExtensions = { '@jupyterlab/apputils-extension:announcements': true };
  writeFileAtomic.sync(file, `${JSON.stringify({ disabledExtensions }, null, 2)}\n`);
}

/** By default JupyterLab saves widgets without what they show: reopened they would be an error. */
function saveWidgets(venv: string): void {
  const file = join(venv, 'share', 'jupyter', 'lab', 'settings', 'overrides.json');
  if (existsSync(file)) return;
  mkdirSync(dirname(file), { recursive: true });
  const overrides = { '@jupyter-widgets/jupyterlab-manager:plugin': { saveState: true } };
  writeFileAtomic.sync(file, `${JSON.stringify(overrides, null, 2)}\n`);
}

/** The port asked for, or else 8888 or any other that is free. */
async function freePort(wanted?: number): Promise<number> {
  const port = await listenOnce(wanted ?? 8888);
  if (port) return port;
  if (wanted) throw new Error(`Port ${wanted} is in use: choose another with --port.`);
  return (await listenOnce(0))!;
}

function listenOnce(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer()
      .once('error', () => resolve(null))
      .listen(port, '127.0.0.1', () => {
        const { port } = probe.address() as { port: number };
        probe.close(() => resolve(port));
      });
  });
}

async function firstAnswer(
  port: number,
  token: string,
  ended: Promise<void>,
): Promise<'granted' | 'refused' | 'none'> {
  let running = true;
  ended
    .catch(() => {})
    .finally(() => {
      running = false;
    });
  const deadline = Date.now() + START_TIMEOUT;
  while (running && Date.now() < deadline) {
    try {
      const headers = { Authorization: `token ${token}` };
      const response = await fetch(`http://127.0.0.1:${port}/api/status`, { headers });
      if (response.ok) return 'granted';
      if (response.status === 403) return 'refused';
    } catch {
      // Not listening yet.
    }
    await sleep(100);
  }
  return 'none';
}

/** Whether files are shown without the token: what a user has configured goes before the environment. */
async function letsAnybodyIn(port: number): Promise<boolean> {
  const address = `http://127.0.0.1:${port}/api/contents`;
  // Where it has just ended, that is told by the promise for it.
  const response = await fetch(address, { redirect: 'manual' }).catch(() => null);
  return response?.ok ?? false;
}

/** SIGTERM lets the server end its kernels first. */
async function stopServer(server: ChildProcess, ended: Promise<void>): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGTERM');
  const kill = setTimeout(() => server.kill('SIGKILL'), STOP_TIMEOUT);
  await ended.catch(() => {});
  clearTimeout(kill);
}
