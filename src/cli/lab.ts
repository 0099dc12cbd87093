import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { findJupyter, notebooksFolder } from '../kernel/jupyter.js';
import { type LabServer, startLab } from '../kernel/lab-server.js';
import { UsageError } from '../runtime/errors.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `lazyahead lab`: JupyterLab on this machine, at the notebooks. */
export function register(program: Command): void {
  program
    .command('lab')
    .description('open JupyterLab at the notebooks, on this machine only; Ctrl-C stops it')
    .option('--port <number>', 'port on 127.0.0.1 (default: 8888, or a free one)', parsePort)
    .option('--no-browser', 'only print the address')
    .option('--json', 'print the address as one line of JSON')
    .action(lab);
}

interface Options {
  port?: number;
  browser: boolean;
  json?: boolean;
}

async function lab(options: Options): Promise<void> {
  const jupyter = findJupyter();
  const folder = notebooksFolder();
  const root = existsSync(folder) ? folder : process.cwd();

  let stopping = false;
  let server: LabServer | undefined;
  const stop = () => {
    stopping = true;
    void server?.stop();
  };
  // Before the start: Jupyter would outlive a command that a signal ends while it waits.
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    server = await startLab(jupyter, {
      root,
      port: options.port,
      browser: options.browser,
      onLog: (text) => {
        if (!stopping) process.stderr.write(text);
      },
    });
    if (stopping) await server.stop();
    else announce(server, root, options.json);
    await server.ended;
  } catch (error) {
    // Ctrl-C reaches Jupyter too, which then has not started because it was asked not to.
    if (!stopping) throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
  if (!stopping) throw new Error('JupyterLab has ended by itself.');
  if (!options.json) console.log('\nJupyterLab has stopped.');
}

function announce(server: LabServer, root: string, json?: boolean): void {
  if (json) {
    console.log(JSON.stringify({ url: server.url, port: server.port, root }));
  } else {
    console.log(`JupyterLab shows ${root} at\n\n    ${server.url}\n\nCtrl-C stops it.`);
  }
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw new UsageError(`--port must be a whole number from 1 to 65535, not "${text}".`);
}
