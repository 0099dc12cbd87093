/**
 * The Jupyter kernel named `tslab`.
 *
 *     node dist/kernel/main.js CONNECTION_FILE
 */
// Set before anything can load TensorFlow: its start-up notices are no part of a cell's output.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

import { kernelInfo } from './kernel-info.js';
import { Wire } from './wire/wire.js';

async function main(connectionFile: string): Promise<void> {
  // First: its thread starts while the compiler, which is large, is read here.
  const wire = new Wire(connectionFile, kernelInfo());
  const { createEngine } = await import('./engine/create-engine.js');
  const { displayOf } = await import('./values/display-of.js');
  const { Session } = await import('./session/session.js');
  new Session(wire, (check) => createEngine(process.cwd(), { check }), displayOf);
}

const [, , connectionFile] = process.argv;
if (connectionFile) {
  void main(connectionFile);
} else {
  console.error('Started by Jupyter as a kernel: give the path of a connection file.');
  process.exitCode = 2;
}
