/** Runs, as they stand in their directories, logged to an MLflow server by its REST API. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UsageError } from '../runtime/errors.js';
import type { RunResult } from './results.js';
import { FILES, readJson } from './run-files.js';

/** What is kept of a run's directory as artefacts. */
const ARTEFACTS = ['config.json', 'environment.json', 'metrics.jsonl', 'summary.json'];

/** MLflow takes so many at once. */
const MOST_METRICS = 1000;
const MOST_PARAMETERS = 100;
/** Longest value of a parameter (characters). */
const LONGEST = 6000;

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
    if (!address.startsWith('mlflow:') || !/^https?:\/\//.test(url)) {
      throw new UsageError(`--track takes mlflow:http://HOST:PORT, not "${address}".`);
    }
    const server = new MlflowServer(url);
    try {
      await server.call('POST', 'experiments/search', { max_results: 1 });
    } catch (error) {
      throw new UsageError(
        `No MLflow server can be used at ${url} (${(error as Error).message}): start one with "mlflow server", or leave --track out.`,
      );
    }
    return server;
  }

  /**
   * Logs a run: its configuration, the metrics of each epoch, and the files that describe it.
   *
   * @returns the page that shows it.
   * @throws Error when the server does not take it.
   */
  async log(run: RunResult): Promise<string> {
    const { directory, summary, metrics } = run;
    const config = readJson<object>(directory, FILES.config);
    const experimentId = await this.experimentId(`lazyahead ${summary.experiment}`);
    const end = Date.now();
    const start = Math.round(end - 1000 * summary.seconds);
    const created = await this.call('POST', 'runs/create', {
      experiment_id: experimentId,
      run_name: basename(directory),
      start_time: start,
      tags: entries({
        'mlflow.source.name': 'lazyahead',
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
    for (const name of ARTEFACTS) await this.upload(artifact_uri, directory, name);
    await this.call('POST', 'runs/update', {
      ...{ run_id, end_time: end },
      status: STATUS[summary.status],
    });
    return `${this.url}/#/experiments/${experimentId}/runs/${run_id}`;
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
    return found;
  }

  /** Where the server keeps artefacts itself; elsewhere they stay in the run's directory alone. */
  private async upload(uri: string, directory: string, name: string): Promise<void> {
    const file = join(directory, name);
    const [, path] = /^mlflow-artifacts:\/*(.*)$/.exec(uri) ?? [];
    if (path === undefined || !existsSync(file)) return;
    await this.send(
      'PUT',
      `api/2.0/mlflow-artifacts/artifacts/${path}/${name}`,
      readFileSync(file),
    );
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
    });
    if (response.ok) return response;
    const text = await response.text();
    throw new Error(`MLflow answers ${response.status}: ${text.slice(0, 200)}`);
  }
}

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
