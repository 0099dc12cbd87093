/** Ending a command cleanly when the user or the system asks for it. */

/** Exit codes by the shell's convention, 128 + the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * A signal that is aborted by the first Ctrl-C or SIGTERM; the second ends the process at once.
 * The process then exits with 130 or 143.
 */
export function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        process.exit(EXIT_CODES[name]);
      }
      process.exitCode = EXIT_CODES[name];
      controller.abort();
    });
  }
  return controller.signal;
}
