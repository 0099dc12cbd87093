import type { Wire } from '../wire/wire.js';

/**
 * From now on `process.exit()` runs the exit handlers, waits until all that was printed is sent, and
 * only then ends the process. Node's own would end the thread with the sockets in the middle of its
 * work, which loses output and aborts the process.
 *
 * @param complain - told what an exit handler throws.
 */
export function routeExit(wire: Wire, complain: (error: unknown) => void): void {
  const exit = process.exit.bind(process);
  let leaving = false;
  process.exit = (code = process.exitCode) => {
    // A handler may call it again.
    if (!leaving) {
      leaving = true;
      process.exitCode = code ?? undefined;
      try {
        process.emit('exit', Number(code ?? 0));
      } catch (error) {
        complain(error);
      }
    }
    wire.end();
    process.removeAllListeners('exit');
    return exit(code ?? 0);
  };
}
