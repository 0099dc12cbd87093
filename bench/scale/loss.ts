/** How long it takes until a trial whose node is lost starts again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planTrials } from '../../src/sweeps/plan.js';
import { RAY_VERSION, RayEngine } from '../../src/sweeps/ray/engine.js';
import { pythonWith } from '../../test/support/python.js';
import { RayCluster } from '../../test/support/ray-cluster.js';
import type { Request } from '../suite.js';
import { type MeasuredRow, measured } from './row.js';

/** Nodes that are lost, one after the other. */
const LOSSES = 3;

export async function* measureLoss(
  request: Request,
  say: (line: string) => void,
): AsyncGenerator<MeasuredRow> {
  const found = await pythonWith(['ray[client]']);
  if ('reason' in found) {
    say(`The loss of a node is left out: ${found.reason} (Ray ${RAY_VERSION}).`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'lazyahead-scale-'));
  const cluster = await RayCluster.start(found.python, 2);
  // For Ray's own processes: there is no other way to tell them.
  Object.assign(process.env, { LAZYAHEAD_PYTHON: found.python, ...cluster.env });
  try {
    const times = [];
    for (let i = 0; i < (request.smoke ? 1 : LOSSES); i++) times.push(await loss(cluster, folder));
    yield measured('ray: a trial starts again after the loss of its node', 's', times);
  } finally {
    for (const name of Object.keys(cluster.env)) delete process.env[name];
    cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Two trials for three places, so that there is one to start again on. */
async function loss(cluster: RayCluster, folder: string): Promise<number> {
  const host = await cluster.addNode(1);
  const engine = await RayEngine.start({
    ...{ address: cluster.address, cpus: 1, workers: 2, log: join(folder, 'ray.log') },
    // Neither computes nor ends.
    command: ['sh', '-c', 'cat > /dev/null; :'],
  });
  const trials = planTrials({
    experiment: 'ptb',
    preset: 'smoke',
    seeds: [1, 2],
    optimizers: ['adam'],
  });
  const end = new AbortController();
  let killed = 0;
  const watch = setInterval(() => {
    if (killed > 0 || !cluster.processesOn(host).some(({ command }) => command === 'cat')) return;
    killed = performance.now();
    cluster.kill(host);
  }, 50);
  try {
    for await (const event of engine.run(trials, { signal: end.signal })) {
      if (event.type === 'status') return (performance.now() - killed) / 1000;
    }
    throw new Error('No trial was started again.');
  } finally {
    clearInterval(watch);
    end.abort();
    await engine.close();
  }
}
