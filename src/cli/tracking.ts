/** `--track mlflow:URI`: runs logged to a server as they end. */
import type { RunResult } from '../training/results.js';

/** Takes runs that have ended. */
export interface Tracker {
  /** Never fails: what a server did not take is said, with how to log it later. */
  log(run: RunResult): Promise<void>;
}

export const TRACK_OPTION = [
  '--track <address>',
  'log every run that has ended to an MLflow server: mlflow:http://HOST:PORT',
] as const;

/**
 * What the option asks for; without one, a tracker that does nothing.
 *
 * @throws UsageError when there is no such server.
 */
export async function openTracker(address: string | undefined): Promise<Tracker> {
  if (address === undefined) return { log: async () => {} };
  const { MlflowServer } = await import('../training/mlflow.js');
  const server = await MlflowServer.connect(address);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  return {
    async log(run) {
      try {
        say(`Logged: ${await server.log(run)}`);
      } catch (error) {
        say(
          `${run.directory} was not logged (${(error as Error).message}). Later: npx lazyahead runs track ${run.directory} --to ${address}`,
        );
      }
    },
  };
}
