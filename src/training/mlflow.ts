/** Runs, as they stand in their directories, logged to an MLflow server by its REST API. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UsageError } from '../runtime/errors.js';
import { visibleText } from '../runtime/visible-text.js';
import type { RunResult } from './results.js';
import { FILES, readJson } from './run-files.js';

/** What is kept of a run's directory as artefacts. */
const ARTEFACTS = ['config.json', 'environment.json', 'metrics.jsonl', 'summary.json'];

/** MLflow takes so many at once. */
const MOST_METRICS = 1000;
const MOST_PARAMETERS = 100;
/** Longest value of a parameter (characters). */
const LONGEST = 6000;

/** The tag by which a run that was logged before is known. */
const KEY = 'lazyahead.run';

/** How runs end, in MLflow's words. */
const STATUS = { completed: 'FINISHED', interrupted: 'KILLED', diverged: 'FAILED' };

/** A server that runs are logged to. */
export class MlflowServer {
  private readonly experiments = new Map<string, Promise<string>>();

  private constructor(private readonly url: string) {}

  /**
   * A server that answers.
   *
   * @param address - `mlflow:http://host:5000`.
   * @throws UsageError for another address, or when nobody answers there.
   */
  static async connect(address: string): Promise<MlflowServer> {
    const url = address.replace(/^mlflow:/, '').replace(/\/$/, '');
    if (!address.startsWith('mlflow:') || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw new UsageError(
        `An MLflow server is named as mlflow:http://HOST:PORT, not "${address}".`,
      );
    }
    const { username, password } = new URL(url);
    if (username || password) {
      throw new UsageError(
        'The address of an MLflow server takes no user name or password here: name an MLflow server that needs none, e.g. one on this machine.',
      );
    }
    const server = new MlflowServer(url);
    try {
      await server.call('POST', 'experiments/search', { max_results: 1 });
    } catch (error) {
      throw new UsageError(
        `No MLflow server can be used at ${url} (${(error as Error).message}): start one with "mlflow server", or do without.`,
      );
    }
    return server;
  }

  /**
   * Logs a run: its configuration, the metrics of each epoch, and the files that describe it. One that
   * was logged before, as it is now, is left as it is.
   *
   * @param charts - further files, by name.
   * @returns the page that shows it.
   * @throws Error when the server does not take it.
   */
  async log(run: RunResult, charts: Record<string, string> = {}): Promise<string> {
    const { directory, summary, metrics } = run;
    const config = readJson<object>(directory, FILES.config);
    const experimentId = await this.experimentId(`lazyahead ${summary.experiment}`);
    const pageOf = (id: string) => `${this.url}/#/experiments/${experimentId}/runs/${id}`;
    const key = keyOfRun(run);
    const { runs: before = [] } = await this.call('POST', 'runs/search', {
      experiment_ids: [experimentId],
      // One that runs is what a connection that broke has left.
      filter: `tags."${KEY}" = '${key}' and attributes.status != 'RUNNING'`,
      max_results: 1,
    });
    if (before.length > 0) return pageOf(before[0].info.run_id);
    const end = Math.round(statSync(join(directory, FILES.summary)).mtimeMs);
    const start = Math.round(end - 1000 * summary.seconds);
    const created = await this.call('POST', 'runs/create', {
      experiment_id: experimentId,
      run_name: basename(directory),
      start_time: start,
      tags: entries({
        'mlflow.source.name': 'lazyahead',
        [KEY]: key,
        dataset: summary.dataset,
        synthetic: summary.synthetic,
        weightsSha256: summary.weightsSha256,
      }),
    });
    const { run_id, artifact_uri } = created.run.info;
    const parameters = entries(flat(config)).slice(0, MOST_PARAMETERS);
    await this.call('POST', 'runs/log-batch', { run_id, params: parameters });
    const values = metrics.flatMap(({ epoch, seconds, ...each }) =>
      Object.entries(each)
        .filter(([, value]) => typeof value === 'number' && Number.isFinite(value))
        // Whole numbers: MLflow takes others without a word, and drops the metric.
        .map(([key, value]) => ({
          ...{ key, value, step: epoch },
          timestamp: Math.round(start + 1000 * seconds),
        })),
    );
    for (let from = 0; from < values.length; from += MOST_METRICS) {
      const batch = values.slice(from, from + MOST_METRICS);
      await this.call('POST', 'runs/log-batch', { run_id, metrics: batch });
    }
    for (const name of ARTEFACTS) {
      const file = join(directory, name);
      if (existsSync(file)) await this.upload(artifact_uri, name, readFileSync(file));
    }
    for (const [name, chart] of Object.entries(charts)) {
      await this.upload(artifact_uri, name, chart);
    }
    await this.call('POST', 'runs/update', {
      ...{ run_id, end_time: end },
      status: STATUS[summary.status],
    });
    return pageOf(run_id);
  }

  /** By its name; made where there is none. */
  private experimentId(name: string): Promise<string> {
    const known = this.experiments.get(name);
    if (known) return known;
    const found = this.call(
      'GET',
      `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`,
    ).then(
      ({ experiment }) => experiment.experiment_id as string,
      async () => (await this.call('POST', 'experiments/create', { name })).experiment_id as string,
    );
    this.experiments.set(name, found);
    // The next run asks again.
    found.catch(() => this.experiments.delete(name));
    return found;
  }

  /** Where the server keeps artefacts itself; elsewhere they stay in the run's directory alone. */
  private async upload(uri: string, name: string, content: string | Uint8Array): Promise<void> {
    const [, path] = /^mlflow-artifacts:\/*(.*)$/.exec(uri) ?? [];
    if (path === undefined) return;
    await this.send('PUT', `api/2.0/mlflow-artifacts/artifacts/${path}/${name}`, content);
  }

  // biome-ignore lint/suspicious/noExplicitAny: what MLflow's API answers
  private async call(method: 'GET' | 'POST', path: string, body?: object): Promise<any> {
    const json = body && JSON.stringify(body);
    const response = await this.send(method, `api/2.0/mlflow/${path}`, json);
    return response.json();
  }

  private async send(method: string, path: string, body?: string | Uint8Array): Promise<Response> {
    const response = await fetch(`${this.url}/${path}`, {
      method,
      body: body as string | undefined,
      headers: { 'Content-Type': 'application/json' },
      signal: AbortSignal.timeout(30_000),
    }).catch((error: Error & { cause?: NodeJS.ErrnoException }) => {
      // fetch says of every failure that it has failed.
      throw new Error(error.cause?.code ?? error.message);
    });
    if (response.ok) return response;
    const [firstLine] = (await response.text()).trim().split('\n', 1);
    throw new Error(`MLflow answers ${response.status}: ${visibleText(firstLine).slice(0, 200)}`);
  }
}

/** Tells a run, as it has come to be, from all others. */
const keyOfRun = ({ directory, summary: { weightsSha256, status } }: RunResult): string =>
  createHash('sha256')
    .update(JSON.stringify([resolve(directory), weightsSha256, status]))
    .digest('hex')
    .slice(0, 32);

/** Nested settings by names with dots. */
function flat(value: object, prefix = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) =>
      typeof each === 'object' && each !== null && !Array.isArray(each)
        ? Object.entries(flat(each, `${prefix}${name}.`))
        : [[`${prefix}${name}`, each]],
    ),
  );
}

const entries = (values: Record<string, unknown>) =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({
      key,
      value: (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, LONGEST),
    }));
