import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startBackend } from '../../src/runtime/backend.js';
import { run } from '../../src/training/run.js';
import { pythonWith } from '../support/python.js';
import { skip } from '../support/skip.js';
import { RUNS } from './resume/runs.js';

/** What TensorBoard itself has read: by tag, the steps and values of a curve. */
const READ = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"tensors": 0, "scalars": 0})
events.Reload()
print(json.dumps({tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}))
`;

describe('event files', () => {
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'lazyahead-events-'));
  });
  after(() => rmSync(root, { recursive: true }));

  it('are read by TensorBoard, each step once, also after a run was interrupted', async function () {
    this.timeout(360_000);
    const backend = await startBackend();
    if (backend.name !== 'tensorflow') skip(this, backend.reason);
    const found = await pythonWith(['tensorboard', 'numpy']);
    if ('reason' in found) skip(this, found.reason);
    const runDir = join(root, 'run');
    const controller = new AbortController();
    await run(RUNS.ptb, {
      ...{ runDir, signal: controller.signal, checkpointEvery: '3' },
      onEvent: (event) => event.type === 'step' && event.step === 8 && controller.abort(),
    });
    // As after a kill: what came after the checkpoint of step 6 is of steps that are taken again.
    rmSync(join(runDir, 'checkpoints', 'step-00000008.safetensors'));
    const { metrics } = await run(RUNS.ptb, { runDir, resume: true });
    const folder = join(runDir, 'tensorboard');
    expect(readdirSync(folder)).to.have.length(2);
    const curves: Record<string, [number, number][]> = JSON.parse(
      execFileSync(found.python, ['-c', READ, folder], {
        env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
        stdio: ['ignore', 'pipe', 'ignore'],
      }).toString(),
    );
    const losses = readFileSync(join(runDir, 'steps.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ step, loss }) => [step, Math.fround(loss)]);
    expect(curves['train/loss of a step']).to.deep.equal(losses);
    const curve = (key: 'valPerplexity' | 'lr') =>
      metrics.map((epoch) => [epoch.steps, Math.fround(epoch[key]!)]);
    expect(curves['validation/perplexity']).to.deep.equal(curve('valPerplexity'));
    expect(curves['learning rate']).to.deep.equal(curve('lr'));
    expect(Object.keys(curves)).to.include.members([
      ...['train/loss', 'train/perplexity', 'validation/loss', 'test/perplexity'],
    ]);
  });
});
