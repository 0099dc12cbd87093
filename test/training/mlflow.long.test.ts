import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { MlflowServer } from '../../src/training/mlflow.js';
import { readRun } from '../../src/training/run-files.js';
import { freePort } from '../support/postgres.js';
import { pythonWith } from '../support/python.js';
import { skip } from '../support/skip.js';

const execute = promisify(execFile);
const MAIN = join(__dirname, '..', '..', 'src', 'cli', 'main.ts');

interface Entry {
  key: string;
  value: string;
}

/** With a real server, started for this on loopback. */
describe('runs logged to MLflow', function () {
  this.timeout(600_000);
  const root = mkdtempSync(join(tmpdir(), 'lazyahead-mlflow-'));
  let server: ChildProcess | undefined;
  let url: string;

  const lazyahead = (...args: string[]) =>
    execute(process.execPath, ['--import', 'tsx', MAIN, ...args]);
  // biome-ignore lint/suspicious/noExplicitAny: MLflow's JSON
  const api = async (path: string, body: object): Promise<any> => {
    const response = await fetch(`${url}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    });
    return response.json();
  };

  before(async function () {
    const found = await pythonWith(['mlflow']);
    if ('reason' in found) skip(this, found.reason);
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const options = ['--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
    const store = ['--backend-store-uri', `sqlite:///${join(root, 'mlflow.db')}`];
    const artefacts = ['--artifacts-destination', join(root, 'artefacts')];
    const program = join(dirname(found.python), 'mlflow');
    const env = { ...process.env, PATH: `${dirname(found.python)}:${process.env.PATH}` };
    server = spawn(program, ['server', ...options, ...store, ...artefacts], {
      ...{ env, cwd: root, stdio: 'ignore' },
      detached: true,
    });
    for (let n = 0; ; n++) {
      try {
        if ((await fetch(`${url}/health`)).ok) break;
      } catch (error) {
        if (n > 300) throw error;
      }
      await new Promise((done) => setTimeout(done, 300));
    }
  });
  after(() => {
    // With the processes that it has started.
    if (server?.pid) process.kill(-server.pid);
    rmSync(root, { recursive: true, force: true });
  });

  it('have their configuration, the metrics of each epoch and the files that describe them', async () => {
    const runDir = join(root, 'run');
    const options = ['--preset', 'smoke', '--epochs', '2', '--run-dir', runDir];
    await lazyahead('run', 'imdb', '--optimizer', 'adam', ...options, '--track', `mlflow:${url}`);
    const { metrics, summary } = readRun(runDir);

    const { runs } = await api('runs/search', { experiment_ids: ['1'] });
    expect(runs).to.have.length(1);
    const [{ info, data }] = runs;
    expect([info.run_name, info.status]).to.deep.equal(['run', 'FINISHED']);
    const parameters = Object.fromEntries(data.params.map(({ key, value }: Entry) => [key, value]));
    expect(parameters).to.include({ optimizer: 'adam', preset: 'smoke', seed: '1' });
    const tags = Object.fromEntries(data.tags.map(({ key, value }: Entry) => [key, value]));
    expect(tags).to.include({ weightsSha256: summary.weightsSha256, synthetic: 'true' });

    const query = `run_id=${info.run_id}&metric_key=valAccuracy`;
    // biome-ignore lint/suspicious/noExplicitAny: MLflow's JSON
    const history: any = await (
      await fetch(`${url}/api/2.0/mlflow/metrics/get-history?${query}`)
    ).json();
    expect(
      history.metrics.map(({ step, value }: { step: number; value: number }) => [step, value]),
    ).to.deep.equal(metrics.map(({ epoch, valAccuracy }) => [epoch, valAccuracy]));

    const path = info.artifact_uri.replace(/^mlflow-artifacts:\/*/, '');
    const at = `${url}/api/2.0/mlflow-artifacts/artifacts/${path}/summary.json`;
    expect(await (await fetch(at)).text()).to.equal(
      readFileSync(join(runDir, 'summary.json'), 'utf8'),
    );
  });

  it('can be logged afterwards', async () => {
    await lazyahead('runs', 'track', join(root, 'run'), '--to', `mlflow:${url}`);
    const { runs } = await api('runs/search', { experiment_ids: ['1'] });
    expect(runs).to.have.length(2);
  });
});

describe('an MLflow server', () => {
  const refusal = (address: string) =>
    MlflowServer.connect(address).then(
      () => expect.fail('it was connected'),
      (error: Error) => error.message,
    );

  it('that does not answer is named before anything is trained', async () => {
    const port = await freePort();
    expect(await refusal(`mlflow:http://127.0.0.1:${port}`)).to.match(
      /^No MLflow server can be used at http:\/\/127\.0\.0\.1:\d+ .*: start one with "mlflow server", or leave --track out\.$/,
    );
  });

  it('has an address that begins with mlflow:', async () => {
    expect(await refusal('http://localhost:5000')).to.equal(
      '--track takes mlflow:http://HOST:PORT, not "http://localhost:5000".',
    );
  });
});
