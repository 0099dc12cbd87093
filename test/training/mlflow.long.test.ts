import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
const TSX = require.resolve('tsx');

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
    execute(process.execPath, ['--import', TSX, MAIN, ...args], { cwd: root });
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
    const artefact = async (name: string) =>
      (await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts/${path}/${name}`)).text();
    const summaryText = readFileSync(join(runDir, 'summary.json'), 'utf8');
    expect(await artefact('summary.json')).to.equal(summaryText);
    expect(await artefact('validation.svg')).to.match(/^<svg[\s\S]*Validation accuracy/);
  });

  it('are logged once, however often', async () => {
    const args = [join(root, 'run'), '--to', `mlflow:${url}`, '--json'];
    const { stdout, stderr } = await lazyahead('runs', 'track', ...args);
    expect(JSON.parse(stdout)).to.deep.equal([{ directory: join(root, 'run'), logged: true }]);
    const { runs } = await api('runs/search', { experiment_ids: ['1'] });
    expect(runs).to.have.length(1);
    expect(stderr).to.equal(`Logged: ${url}/#/experiments/1/runs/${runs[0].info.run_id}\n`);
  });

  it('come from a sweep and from a reproduction too, one each', async () => {
    const smoke = ['imdb', '--preset', 'smoke', '--epochs', '1', '--track', `mlflow:${url}`];
    await lazyahead('sweep', ...smoke, '--optimizers', 'adam', '--grid', 'lr=0.01,0.02');
    await lazyahead('reproduce', ...smoke, '--optimizers', 'adam,lazy-adam');
    const { runs } = await api('runs/search', { experiment_ids: ['1'] });
    const rates = runs.map(
      ({ data }: { data: { params: Entry[] } }) =>
        data.params.find(({ key }) => key === 'lr')?.value,
    );
    // The run of before, two of the sweep, two of the reproduction.
    expect(rates.sort()).to.deep.equal(['0.001', '0.001', '0.001', '0.01', '0.02']);
  });

  it('are not lost when the server is: they are in their directories, and can be logged later', async () => {
    const runDir = join(root, 'unlogged');
    const address = `mlflow:${url}`;
    const options = ['--preset', 'smoke', '--epochs', '2', '--run-dir', runDir];
    const running = lazyahead('run', 'imdb', '--optimizer', 'adam', ...options, '--track', address);
    // It has found the server by the time it trains.
    while (!existsSync(join(runDir, 'config.json'))) {
      if (running.child.exitCode !== null) break;
      await new Promise((done) => setTimeout(done, 50));
    }
    const gone = new Promise((done) => server!.once('exit', done));
    process.kill(-server!.pid!, 'SIGKILL');
    await gone;
    server = undefined;
    const { stderr, stdout } = await running;
    expect(stderr).to.contain(
      `${runDir} was not logged (ECONNREFUSED). Later: npx lazyahead runs track ${runDir} --to ${address}`,
    );
    expect(stdout).to.contain(`Run: ${runDir}`);
    expect(readRun(runDir).summary.status).to.equal('completed');
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
      /^No MLflow server can be used at http:\/\/127\.0\.0\.1:\d+ .*: start one with "mlflow server", or do without\.$/,
    );
  });

  it('is named without a password, which nothing then shows', async () => {
    const message = await refusal('mlflow:http://me:secret@localhost:5000');
    expect(message)
      .to.match(/^The address of an MLflow server takes no user name or password/)
      .and.not.contain('secret');
  });

  it('has an address that begins with mlflow:', async () => {
    expect(await refusal('http://localhost:5000')).to.equal(
      'An MLflow server is named as mlflow:http://HOST:PORT, not "http://localhost:5000".',
    );
  });
});
