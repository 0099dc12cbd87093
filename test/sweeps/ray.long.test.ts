import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { TrialEvent } from '../../src/sweeps/engine.js';
import { planTrials } from '../../src/sweeps/plan.js';
import { RayEngine } from '../../src/sweeps/ray/engine.js';
import { ROOT, start } from '../cli/command.js';
import { rejection } from '../support/data-folders.js';
import { pythonWith } from '../support/python.js';
import { RayCluster } from '../support/ray-cluster.js';
import { skip } from '../support/skip.js';
import { endless, tiny } from './tiny-trials.js';

const tsx = pathToFileURL(createRequire(__filename).resolve('tsx')).href;
const command = [process.execPath, '--import', tsx, join(ROOT, 'src/cli/main.ts')];

describe('the Ray engine on a cluster of two nodes', function () {
  this.timeout(600_000);
  let root: string;
  let cluster: RayCluster;
  let local: ReturnType<typeof table>;
  const { LAZYAHEAD_PYTHON, RAY_AUTH_MODE, RAY_AUTH_TOKEN } = process.env;
  before(async function () {
    const found = await pythonWith(['ray[client]']);
    if ('reason' in found) skip(this, found.reason);
    const { python } = found;
    root = mkdtempSync(join(tmpdir(), 'lazyahead-ray-long-'));
    cluster = await RayCluster.start(python, 1);
    Object.assign(process.env, { LAZYAHEAD_PYTHON: python, ...cluster.env });
    const path = join(root, 'local');
    const { code, err } = await start([...sweep, '--run-dir', path]);
    expect(code, err).to.equal(0);
    local = table(path);
    expect(local).to.have.length(6);
  });
  after(() => {
    cluster?.stop();
    for (const [name, value] of Object.entries({
      ...{ LAZYAHEAD_PYTHON, RAY_AUTH_MODE, RAY_AUTH_TOKEN },
    })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    if (root !== undefined) rmSync(root, { recursive: true });
  });

  // Adam, and Lookahead with two k: (1 + 2) × 2 seeds = 6 trials.
  const grid = ['--optimizers', 'adam,lookahead-adam', '--grid', 'k=2,5', '--seeds', '1,2'];
  const sweep = ['sweep', 'imdb', '--preset', 'smoke', '--epochs', '2', ...grid];
  const onRay = () => [
    ...['--engine', 'ray', '--address', cluster.address],
    ...['--worker-command', command.join(' ')],
  ];
  const engineAt = (address: string) =>
    RayEngine.start({ address, command, cpus: 1, log: join(root, 'ray.log') });
  const trialsOn = (host: string) =>
    cluster.processesOn(host).filter((each) => each.command.endsWith('main.ts trial'));

  /** What a sweep's directory says of every trial, times left out. */
  function table(path: string) {
    const json = (...parts: string[]) => JSON.parse(readFileSync(join(path, ...parts), 'utf8'));
    return readdirSync(join(path, 'trials'))
      .sort()
      .map((id) => {
        const { seconds, ...summary } = json('trials', id, 'summary.json');
        const { threads, native } = json('trials', id, 'environment.json').backend;
        const epochs = readFileSync(join(path, 'trials', id, 'metrics.jsonl'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => ({ ...JSON.parse(line), seconds: 0 }));
        return { id, summary, threads, native, epochs };
      });
  }

  it('takes in a node that joins', async () => {
    const engine = await engineAt(cluster.address);
    try {
      expect(engine.workers).to.equal(1);
      await cluster.addNode(1);
      const abort = new AbortController();
      const both = new Set<string>();
      const trials = planTrials({ ...endless, seeds: [1, 2, 3] });
      for await (const { id, type } of engine.run(trials, { signal: abort.signal })) {
        if (type !== 'training') continue;
        both.add(id);
        if (both.size === 2) abort.abort();
      }
      expect(engine.workers).to.equal(2);
    } finally {
      await engine.close();
    }
  });

  it('is reached from outside by ray://', async () => {
    const engine = await engineAt(cluster.clientAddress);
    try {
      const events: TrialEvent[] = [];
      const { signal } = new AbortController();
      for await (const event of engine.run(planTrials(tiny), { signal })) events.push(event);
      expect(events.at(-1)).to.include({ type: 'ended' });
    } finally {
      await engine.close();
    }
  });

  it('does not cancel again what is run again after it was cancelled', async () => {
    // A cancelled trial is ended by force where it has not ended by itself after 30 s.
    const engine = await engineAt(cluster.address);
    try {
      const [trial] = planTrials(endless);
      for (const seconds of [0, 35]) {
        const abort = new AbortController();
        const events: TrialEvent['type'][] = [];
        let trains = false;
        const start = performance.now();
        for await (const { type } of engine.run([trial], { signal: abort.signal })) {
          if (type !== 'training') events.push(type);
          else if (!trains) setTimeout(() => abort.abort(), 1000 * seconds);
          trains ||= type === 'training';
        }
        expect(events).to.deep.equal(['started', 'cancelled']);
        expect(performance.now() - start).to.be.at.least(1000 * seconds);
      }
    } finally {
      await engine.close();
    }
  });

  it('refuses the token of another cluster in one sentence', async () => {
    process.env.RAY_AUTH_TOKEN = '0'.repeat(64);
    try {
      const { message } = await rejection(engineAt(cluster.address));
      expect(message).to.match(/^The Ray cluster at 127\.0\.0\.2:\d+ cannot be used: .*token/);
    } finally {
      process.env.RAY_AUTH_TOKEN = cluster.env.RAY_AUTH_TOKEN;
    }
  });

  it('stops at Ctrl-C with 130, leaves nothing running, and goes on from the driver’s directory', async () => {
    const path = join(root, 'interrupted');
    let asked = false;
    const first = await start([...sweep, ...onRay(), '--run-dir', path], (child, err) => {
      if (asked || !err.includes('[1/6]')) return;
      asked = true;
      child.kill('SIGINT');
    });
    expect(first.code, first.err).to.equal(130);
    for (const host of ['127.0.0.2', '127.0.0.3']) expect(trialsOn(host)).to.deep.equal([]);
    const kept = readdirSync(join(path, 'trials'));
    expect(kept.length).to.be.within(1, 5);

    const second = await start(['sweep', '--run-dir', path, ...onRay()]);
    expect(second.code, second.err).to.equal(0);
    // What had ended is not run again.
    const counted = [...second.err.matchAll(/^\[(\d)\/6\]/gm)].map(([, n]) => Number(n));
    expect(counted).to.deep.equal([1, 2, 3, 4, 5, 6].slice(kept.length));
    expect(table(path)).to.deep.equal(local);
  });

  it('counts every trial once when a node is lost, and comes to the local engine’s table, bit for bit', async () => {
    const path = join(root, 'lost');
    let [killed, said] = [false, ''];
    const timer = setInterval(() => {
      if (killed || !said.includes('[1/6]') || trialsOn('127.0.0.3').length === 0) return;
      killed = true;
      cluster.kill('127.0.0.3');
    }, 100);
    const { code, err } = await start([...sweep, ...onRay(), '--run-dir', path], (_, all) => {
      said = all;
    }).finally(() => clearInterval(timer));
    expect(killed).to.equal(true);
    expect(code, err).to.equal(0);
    expect(err).to.match(/starts again on .*: the node or process that ran it was lost\./);
    const counted = [...err.matchAll(/^\[(\d)\/6\] (.*?): best/gm)];
    expect(counted.map(([, n]) => n)).to.deep.equal(['1', '2', '3', '4', '5', '6']);
    expect(new Set(counted.map(([, , trial]) => trial)).size).to.equal(6);
    expect(table(path)).to.deep.equal(local);
  });
});
