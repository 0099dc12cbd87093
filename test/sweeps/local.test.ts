import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { EngineOptions, Trial, TrialEvent } from '../../src/sweeps/engine.js';
import { LocalEngine } from '../../src/sweeps/local.js';
import { planTrials } from '../../src/sweeps/plan.js';
import { run } from '../../src/training/run.js';
import { onBestBackend } from '../support/backends.js';
import { rejection } from '../support/data-folders.js';
import { skip } from '../support/skip.js';
import { endless, tiny } from './tiny-trials.js';

describe('the local engine', () => {
  onBestBackend();
  let root: string;
  const arguments_ = process.execArgv;
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'lazyahead-local-'));
    // Processes are started as this one was; mocha loads tsx by itself.
    process.execArgv = ['--import', 'tsx'];
  });
  after(() => {
    process.execArgv = arguments_;
    rmSync(root, { recursive: true });
  });

  /** All events of some trials; `watch` sees each of them as it comes. */
  async function events(
    trials: Trial[],
    {
      workers = 2,
      watch = (_: TrialEvent): unknown => undefined,
      signal = new AbortController().signal,
      stopped = undefined as EngineOptions['stopped'],
    } = {},
  ): Promise<TrialEvent[]> {
    const seen: TrialEvent[] = [];
    const scratch = join(root, 'scratch');
    for await (const event of new LocalEngine({ workers, scratch }).run(trials, {
      signal,
      stopped,
    })) {
      seen.push(event);
      watch(event);
    }
    return seen;
  }

  const ends = (all: TrialEvent[]) =>
    all.filter(({ type }) => ['ended', 'stopped', 'failed', 'cancelled'].includes(type));

  it('gives by value what a run in this process gives, to the last bit', async () => {
    const trials = planTrials({ ...tiny, seeds: [1, 2, 3] });
    const ended = ends(await events(trials));
    expect(ended.map(({ type }) => type)).to.deep.equal(['ended', 'ended', 'ended']);
    for (const { id, request } of trials) {
      const event = ended.find((each) => each.id === id) as TrialEvent & { type: 'ended' };
      const summary = JSON.parse(event.files['summary.json']);
      const here = await run(request, { runDir: join(root, id) });
      expect(summary.weightsSha256).to.equal(here.summary.weightsSha256);
      expect(event.files['metrics.jsonl'].trim().split('\n')).to.have.length(1);
      expect(JSON.parse(event.files['environment.json']).backend.threads).to.equal(1);
    }
    expect(existsSync(join(root, 'scratch'))).to.equal(false);
  });

  it('tells why a trial failed, and goes on with the others', async () => {
    const [good, bad] = planTrials({ ...tiny, seeds: [1, 2] });
    bad.request = { ...bad.request, optimizer: 'lamb(1e-3)' };
    const ended = ends(await events([bad, good], { workers: 1 }));
    expect(ended.map(({ type }) => type)).to.deep.equal(['failed', 'ended']);
    expect((ended[0] as { message: string }).message).to.contain('lamb');
  });

  it('tells how a process ended that was killed', async function () {
    if (!existsSync('/proc')) skip(this, 'no /proc to find processes in');
    const [trial] = planTrials(endless);
    const before = childProcesses();
    const ended = ends(
      await events([trial], {
        watch: ({ type }) => {
          if (type !== 'training') return;
          for (const pid of childProcesses().filter((each) => !before.includes(each))) {
            process.kill(pid, 'SIGKILL');
          }
        },
      }),
    );
    expect(ended).to.have.length(1);
    expect((ended[0] as { message: string }).message).to.match(/^Its process was ended by SIGKILL/);
  });

  for (const [what, program, message] of [
    [
      'a process prints a line that is no report',
      "console.log('hello from a preload');",
      'What starts lazyahead printed “hello from a preload”: it must leave standard output alone.',
    ],
    [
      'a process prints a line that is JSON, but no report',
      'console.log(null);',
      'What starts lazyahead printed “null”: it must leave standard output alone.',
    ],
    [
      'a process is killed in the middle of a line',
      `require('node:fs').writeSync(1, '{"type":"trai'); process.kill(process.pid, 'SIGKILL');`,
      'Its process was ended by SIGKILL.',
    ],
  ]) {
    it(`tells that a trial failed, and goes on with the others, where ${what}`, async () => {
      const trials = planTrials({ ...tiny, seeds: [1, 2] });
      const preload = join(root, 'preload.cjs');
      const once = join(root, 'once');
      // In the first process alone.
      writeFileSync(
        preload,
        `const { existsSync, writeFileSync } = require('node:fs');
        if (!existsSync(${JSON.stringify(once)})) {
          writeFileSync(${JSON.stringify(once)}, '');
          ${program}
        }`,
      );
      const before = process.execArgv;
      process.execArgv = ['--require', preload, ...before];
      try {
        const ended = ends(await events(trials, { workers: 1 }));
        expect(ended.map(({ type }) => type)).to.deep.equal(['failed', 'ended']);
        expect((ended[0] as { message: string }).message).to.equal(message);
      } finally {
        process.execArgv = before;
        rmSync(once);
      }
    });
  }

  it('ends one trial early by its own signal, gives what it came to, and goes on with the others', async () => {
    const [long] = planTrials(endless);
    const [short] = planTrials({ ...tiny, seeds: [1] });
    const early = new AbortController();
    const ended = ends(
      await events([long, short], {
        workers: 1,
        watch: (event) => {
          if (event.id === long.id && event.type === 'training') early.abort();
        },
        stopped: (id) => (id === long.id ? early.signal : undefined),
      }),
    );
    expect(ended.map(({ id, type }) => [id, type])).to.deep.equal([
      [long.id, 'stopped'],
      [short.id, 'ended'],
    ]);
    const { files } = ended[0] as TrialEvent & { type: 'stopped' };
    expect(JSON.parse(files['summary.json']).status).to.equal('interrupted');
    // It is not to be continued.
    expect(existsSync(join(root, 'scratch'))).to.equal(false);
  });

  it('cancels what runs and pulls no more, soon after the signal', async () => {
    const abort = new AbortController();
    const trials = planTrials({ ...endless, seeds: [1, 2, 3] });
    const seen = await events(trials, {
      signal: abort.signal,
      watch: ({ type }) => {
        if (type === 'training') abort.abort();
      },
    });
    expect(ends(seen).map(({ type }) => type)).to.deep.equal(['cancelled', 'cancelled']);
    expect(seen.filter(({ type }) => type === 'started')).to.have.length(2);
  });

  it('tells the failure of what names its trials once those that run have ended', async () => {
    async function* failing() {
      yield* planTrials(endless);
      throw new Error('the storage is full');
    }
    const seen: TrialEvent[] = [];
    const engine = new LocalEngine({ workers: 2, scratch: join(root, 'scratch') });
    const { signal } = new AbortController();
    const reading = (async () => {
      for await (const event of engine.run(failing(), { signal })) seen.push(event);
    })();
    expect((await rejection(reading)).message).to.equal('the storage is full');
    expect(ends(seen).map(({ type }) => type)).to.deep.equal(['cancelled']);
  });

  it('goes on with a trial that was cancelled, to the same weights', async () => {
    const trials = planTrials({ ...tiny, epochs: 100 });
    const abort = new AbortController();
    const cancelled = await events(trials, {
      signal: abort.signal,
      watch: ({ type }) => type === 'training' && abort.abort(),
    });
    expect(ends(cancelled).map(({ type }) => type)).to.deep.equal(['cancelled']);
    const [ended] = ends(await events(trials)) as (TrialEvent & { type: 'ended' })[];
    const summary = JSON.parse(ended.files['summary.json']);
    expect(summary.resumedFromSteps).to.have.length(1);
    expect(summary).to.include({ steps: 400, stepsExecuted: 400 });
    const whole = await run(trials[0].request, { runDir: join(root, 'whole') });
    expect(summary.weightsSha256).to.equal(whole.summary.weightsSha256);
  });

  it('ends its processes when nobody listens any more', async function () {
    if (!existsSync('/proc')) skip(this, 'no /proc to find processes in');
    const engine = new LocalEngine({ workers: 2, scratch: join(root, 'left') });
    const before = childProcesses();
    for await (const { type } of engine.run(planTrials({ ...endless, seeds: [1, 2] }), {
      signal: new AbortController().signal,
    })) {
      if (type === 'training') break;
    }
    expect(childProcesses().filter((id) => !before.includes(id))).to.deep.equal([]);
  });
});

/** Ids of the processes that this one has started and that have not ended, as Linux tells them. */
function childProcesses(): number[] {
  const ids: number[] = readdirSync('/proc').map(Number).filter(Boolean);
  return ids.filter((id) => {
    try {
      const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ')[1].split(' ');
      return Number(fields[1]) === process.pid && fields[0] !== 'Z';
    } catch {
      return false;
    }
  });
}
