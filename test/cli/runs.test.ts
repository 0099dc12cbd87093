import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startFileServer } from '../support/file-server.js';
import { start } from './command.js';

describe('lazyahead runs', () => {
  let folder: string;
  let runDir: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-runs-'));
    runDir = join(folder, 'interrupted');
    // What `rerun` repeats below was itself interrupted, and gone on with.
    let asked = false;
    const { code, err } = await start(command(runDir), (child, text) => {
      // Once: a second signal a second later ends it as it is.
      if (!asked && text.includes('epoch 1 of')) asked = child.kill('SIGTERM');
    });
    expect(code, err).to.equal(143);
    cpSync(runDir, join(folder, 'cut-off'), { recursive: true });
    rmSync(join(folder, 'cut-off', 'summary.json'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const command = (directory: string) => [
    ...['run', 'imdb', '--optimizer', 'lookahead-lazy-adam', '--preset', 'smoke'],
    ...['--run-dir', directory, '--resume', '--json'],
  ];
  const json = async (...args: string[]) => {
    const { code, out, err } = await start(['runs', ...args, '--json']);
    expect(code, err).to.equal(0);
    return JSON.parse(out);
  };

  it('go on after SIGTERM without repeating a step', async () => {
    const { status, steps } = JSON.parse(readFileSync(join(runDir, 'summary.json'), 'utf8'));
    expect(status).to.equal('interrupted');
    expect(steps).to.be.within(50, 99);
    const { code, out, err } = await start(command(runDir));
    expect(code, err).to.equal(0);
    expect(err).to.contain(`The run in ${runDir} goes on from step ${steps}.`);
    expect(JSON.parse(out)).to.deep.include({
      ...{ status: 'completed', steps: 100, stepsExecuted: 100, resumedFromSteps: [steps] },
    });
  });

  it('rerun repeats a run of the preset smoke to identical metrics and weights', async () => {
    const again = join(folder, 'again');
    const { code, out, err } = await start(['runs', 'rerun', runDir, '--run-dir', again, '--json']);
    expect(code, err).to.equal(0);
    const { weights, directory, ...rest } = JSON.parse(out);
    // The run was interrupted once: two processes made it.
    expect(rest).to.deep.equal({
      ...{ identical: true, differences: [], data: [], environment: [], processes: 2 },
    });
    expect(weights[0])
      .to.equal(weights[1])
      .and.to.match(/^[0-9a-f]{64}$/);
    expect(directory).to.equal(again);
    const compared = await json('compare', runDir, again);
    expect(compared).to.deep.include({ identical: true, differences: [] });
  });

  it('rerun says what is not the same, and ends with 1', async () => {
    const altered = join(folder, 'altered');
    cpSync(runDir, altered, { recursive: true });
    const file = join(altered, 'metrics.jsonl');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/"valLoss":[\d.]+/, '"valLoss":0.5'));
    const machine = join(altered, 'environment.json');
    const environment = JSON.parse(readFileSync(machine, 'utf8'));
    writeFileSync(machine, JSON.stringify({ ...environment, cpu: 'Another One' }));
    const again = join(folder, 'altered-again');
    const { code, out } = await start(['runs', 'rerun', altered, '--run-dir', again]);
    expect(code).to.equal(1);
    expect(out).to.match(
      /^Not identical\. Run: .*\nIn epoch 1 valLoss is 0\.\d+, and was 0\.5\.\n/,
    );
    expect(out).to.contain('\nThe original was made by 2 processes, one after the other.\n');
    expect(out).to.contain('\nThe environment is another: cpu Another One there, ');
    expect(out).to.match(/\nProcessors of different kinds add in different orders, [^\n]*\n$/);
  });

  it('list has every run, those too that have not ended, and how they stand', async () => {
    const runs = await json('list', folder);
    const status = Object.fromEntries(
      runs.map((run: { directory: string; status: string }) => [run.directory, run.status]),
    );
    expect(status).to.include({ [runDir]: 'completed', [join(folder, 'cut-off')]: 'cut off' });
    const { out } = await start(['runs', 'list', folder]);
    expect(out).to.match(/^run .* status .* best .*\n─/);
    expect(out).to.match(/cut-off +imdb +smoke +lookahead-lazy-adam +1 +cut off +1 of 2 /);
  });

  it('show has configuration, result, environment and the processes', async () => {
    const shown = await json('show', runDir);
    expect(shown.config.dataset).to.include({ name: 'imdb-synthetic' });
    expect(shown.summary.status).to.equal('completed');
    expect(shown.environment.node).to.equal(process.versions.node);
    expect(shown.processes).to.have.length(2);
    expect(shown.processes[1].command).to.include('--resume');
    const { out } = await start(['runs', 'show', runDir]);
    expect(out).to.contain('lookahead(lazy(adam(1e-3)), k=5, alpha=0.5)');
    expect(out).to.contain(shown.summary.weightsSha256);
  });

  it('show has a dash where a run’s file has no number', async () => {
    const odd = join(folder, 'odd');
    cpSync(runDir, odd, { recursive: true });
    const file = join(odd, 'metrics.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"loss":[\d.]+/, '"loss":null'));
    const { code, out, err } = await start(['runs', 'show', odd]);
    expect(code, err).to.equal(0);
    expect(out).to.match(/^ *1 +50 +– +0\.\d+/m);
  });

  it('compare names what differs', async () => {
    const { out, code } = await start(['runs', 'compare', runDir, 'results/imdb-quick/adam-seed1']);
    expect(code).to.equal(0);
    expect(out).to.match(/^preset +smoke +quick$/m);
    expect(out).to.contain('Their metrics or weights are not the same.');
    expect(out).not.to.match(/^seed /m);
  });

  it('export gives every epoch as CSV', async () => {
    const { out } = await start(['runs', 'export', runDir, 'results/imdb-quick', '--csv']);
    const [head, ...lines] = out.trimEnd().split('\r\n');
    expect(head).to.match(/^directory,status,experiment,preset,optimizer,seed,epoch,steps,loss,/);
    expect(lines).to.have.length(2 + 4 * 3);
    const [first] = readFileSync(join(runDir, 'metrics.jsonl'), 'utf8').split('\n');
    expect(lines[0]).to.contain(`,1,50,${JSON.parse(first).loss},`);
  });

  it('track says as JSON which runs the server took, and ends with 1 where it did not take all', async () => {
    // It answers when it is looked for, and takes nothing.
    const server = await startFileServer(({ url }, response) => {
      response.writeHead(url?.endsWith('experiments/search') ? 200 : 500).end('{}');
    });
    const to = `mlflow:${server.url}`;
    const { code, out, err } = await start(['runs', 'track', runDir, '--to', to, '--json']);
    server.close();
    expect(JSON.parse(out)).to.deep.equal([{ directory: runDir, logged: false }]);
    expect(err).to.contain(`${runDir} was not logged`);
    expect(code).to.equal(1);
  });

  for (const [args, sentence] of [
    [['list', 'nowhere'], 'There is nothing at nowhere.'],
    [['show', 'test'], 'test holds no run: there is no config.json in it.'],
    [['compare', 'one'], 'A comparison takes two runs or more'],
    [['rerun', 'test'], 'test holds no finished run'],
  ] as const) {
    it(`end with 2 and a sentence: runs ${args.join(' ')}`, async () => {
      const { code, err } = await start(['runs', ...args]);
      expect(code).to.equal(2);
      expect(err).to.contain(sentence);
    });
  }
});
