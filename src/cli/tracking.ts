/** `--track mlflow:URI`: runs logged to a server as they end. */
import { shellCommand } from '../runtime/shell.js';
import type { RunResult } from '../training/results.js';

/** Takes runs that have ended. */
export interface Tracker {
  /** Never fails: what a server did not take is said, with how to log it later. @returns whether it did. */
  log(run: RunResult): Promise<boolean>;
}

export const TRACK_OPTION = [
  '--track <address>',
  'log every run that has ended to an MLflow server: mlflow:http://HOST:PORT',
] as const;

const onStandardError = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * What the option asks for; without one, a tracker that does nothing.
 *
 * @param say - is told what has become of each run.
 * @throws UsageError when there is no such server.
 */
export async function openTracker(
  address: string | undefined,
  say: (line: string) => void = onStandardError,
): Promise<Tracker> {
  if (address === undefined) return { log: async () => true };
  const { MlflowServer } = await import('../training/mlflow.js');
  const { figureSvg } = await import('../charts/figure-svg.js');
  const { validationChart } = await import('../charts/learning-curves.js');
  const server = await MlflowServer.connect(address);
  return {
    async log(run) {
      try {
        const charts =
          run.metrics.length > 0
            ? { 'validation.svg': figureSvg(validationChart([run])) }
            : undefined;
        say(`Logged: ${await server.log(run, charts)}`);
        return true;
      } catch (error) {
        const words = ['npx', 'lazyahead', 'runs', 'track', run.directory, '--to', address];
        say(
          `${run.directory} was not logged (${(error as Error).message}). Later: ${shellCommand(words)}`,
        );
        return false;
      }
    },
  };
}
