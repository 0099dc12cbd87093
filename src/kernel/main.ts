/**
 * The Jupyter kernel named `tslab`: tslab's TypeScript engine behind {@link KernelServer}.
 *
 *     node dist/kernel/main.js CONNECTION_FILE
 */
// Set before anything can load TensorFlow: its start-up notices are no part of a cell's output.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

import { versions } from 'tslab';
import { createConverter } from 'tslab/dist/converter.js';
import { createExecutor } from 'tslab/dist/executor.js';
import { JupyterHandlerImpl } from 'tslab/dist/jupyter.js';
import { KernelServer } from './server.js';
import { expandShorthand } from './shorthand.js';

class Handler extends JupyterHandlerImpl {
  override handleKernel() {
    const info = super.handleKernel();
    info.language_info.version = versions.typescript;
    return info;
  }
}

function main(connectionFile: string): void {
  const node = createConverter({ isJS: false, isBrowser: false });
  const convert = node.convert.bind(node);
  node.convert = (declarations, source) => convert(declarations, expandShorthand(source));
  const printed: unknown[][] = [];
  const executor = createExecutor(
    process.cwd(),
    { node, browser: node, close: () => node.close() },
    { log: console.log, error: (...call) => printed.push(call) },
  );
  process.on('SIGINT', () => executor.interrupt());
  process.on('uncaughtException', (error) => console.error('Uncaught:', error));
  process.on('unhandledRejection', (reason) => console.error('Unhandled rejection:', reason));
  exitWithParent();
  void new KernelServer(connectionFile, executor, new Handler(executor, false), printed).init();
}

/** A Jupyter that was killed asks nobody to shut down; its orphans get another parent. */
function exitWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, 1000).unref();
}

const [, , connectionFile] = process.argv;
if (connectionFile) {
  main(connectionFile);
} else {
  console.error('Started by Jupyter as a kernel: give the path of a connection file.');
  process.exitCode = 2;
}
