import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { UsageError } from '../../src/runtime/errors.js';
import type { Trial, TrialEvent } from '../../src/sweeps/engine.js';
import { planTrials } from '../../src/sweeps/plan.js';
import { RayEngine, type RayOptions } from '../../src/sweeps/ray/engine.js';
import { run } from '../../src/training/run.js';
import { ROOT } from '../cli/command.js';
import { onBestBackend } from '../support/backends.js';
import { rejection } from '../support/data-folders.js';
import { whilePythonPrints } from '../support/printing-python.js';
import { descendantsOf, listeningAddresses, processesWith } from '../support/processes.js';
import { pythonWith } from '../support/python.js';
import { skip } from '../support/skip.js';
import { endless, tiny } from './tiny-trials.js';

/** The command from its source: a node's working directory is not this one. */
const tsx = pathToFileURL(createRequire(__filename).resolve('tsx')).href;
const command = [process.execPath, '--import', tsx, join(ROOT, 'src/cli/main.ts')];

describe('the Ray engine', () => {
  onBestBackend();
  let root: string;
  const before_ = process.env.LAZYAHEAD_PYTHON;
  before(async function () {
    if (!existsSync('/proc')) skip(this, 'no /proc to find processes in');
    const python = await pythonWith(['ray[client]']);
    if ('reason' in python) skip(this, python.reason);
    process.env.LAZYAHEAD_PYTHON = python.python;
    root = mkdtempSync(join(tmpdir(), 'lazyahead-ray-test-'));
  });
  after(() => {
    if (before_ === undefined) delete process.env.LAZYAHEAD_PYTHON;
    else process.env.LAZYAHEAD_PYTHON = before_;
    if (root !== undefined) rmSync(root, { recursive: true });
  });

  const start = (options: Partial<RayOptions> = {}) =>
    RayEngine.start({ address: 'local', command, cpus: 2, log: join(root, 'ray.log'), ...options });

  /** All events of some trials; `watch` sees each of them as it comes. */
  async function events(
    engine: RayEngine,
    trials: Trial[],
    watch = (_: TrialEvent): unknown => undefined,
    { signal } = new AbortController(),
  ): Promise<TrialEvent[]> {
    const seen: TrialEvent[] = [];
    for await (const event of engine.run(trials, { signal })) {
      seen.push(event);
      watch(event);
    }
    return seen;
  }

  const ends = (all: TrialEvent[]) =>
    all.filter(({ type }) => ['ended', 'failed', 'cancelled'].includes(type));

  describe('on a cluster of its own', () => {
    let engine: RayEngine;
    const processes = () => descendantsOf(process.pid);
    const trialProcesses = () =>
      processes().filter((each) => each.command.endsWith('main.ts trial'));
    let earlier: number[];
    before(async () => {
      earlier = processes().map(({ pid }) => pid);
      engine = await start();
    });
    after(() => engine.close());

    it('gives by value what a run in this process gives, to the last bit', async () => {
      expect(engine.workers).to.equal(2);
      const [good, bad] = planTrials({ ...tiny, seeds: [1, 2] });
      bad.request = { ...bad.request, optimizer: 'lamb(1e-3)' };
      const seen = await events(engine, [bad, good]);
      expect(seen.filter(({ type }) => type === 'started')).to.have.length(2);
      const [failed, ended] = ends(seen).sort((a, b) => (a.type < b.type ? 1 : -1));
      expect(failed).to.include({ id: bad.id, type: 'failed' });
      expect((failed as { message: string }).message).to.contain('lamb');
      const { files } = ended as TrialEvent & { type: 'ended' };
      const here = await run(good.request, { runDir: join(root, good.id), threads: 1 });
      const { seconds, ...summary } = JSON.parse(files['summary.json']);
      const { seconds: _, ...expected } = here.summary;
      expect(summary).to.deep.equal(JSON.parse(JSON.stringify(expected)));
      expect(JSON.parse(files['environment.json']).backend.threads).to.equal(1);
      // Of each trial the first event tells that it started, and the last one how it ended.
      for (const { id } of [good, bad]) {
        const own = seen.filter((each) => each.id === id);
        expect([own[0].type, ends([own.at(-1)!])]).to.deep.equal(['started', ends(own)]);
      }
    });

    it('cancels what runs, pulls no more, and leaves no process on the nodes', async () => {
      const abort = new AbortController();
      const seen = await events(
        engine,
        planTrials({ ...endless, seeds: [1, 2, 3] }),
        ({ type }) => {
          if (type !== 'training' || abort.signal.aborted) return;
          expect(trialProcesses()).to.not.be.empty;
          abort.abort();
        },
        abort,
      );
      expect(ends(seen).map(({ type }) => type)).to.deep.equal(['cancelled', 'cancelled']);
      expect(trialProcesses()).to.deep.equal([]);
    });

    it('ends its trials when nobody listens any more', async () => {
      const { signal } = new AbortController();
      for await (const { type } of engine.run(planTrials(endless), { signal })) {
        if (type === 'training') break;
      }
      expect(trialProcesses()).to.deep.equal([]);
    });

    it('tells the failure of what names its trials, and ends those that run', async () => {
      async function* failing() {
        yield* planTrials(endless);
        throw new Error('the storage is full');
      }
      const { signal } = new AbortController();
      const seen: TrialEvent[] = [];
      const reading = (async () => {
        for await (const event of engine.run(failing(), { signal })) seen.push(event);
      })();
      expect((await rejection(reading)).message).to.equal('the storage is full');
      expect(ends(seen).map(({ type }) => type)).to.deep.equal(['cancelled']);
      expect(trialProcesses()).to.deep.equal([]);
    });

    const ownProcesses = () => processes().filter(({ pid }) => !earlier.includes(pid));

    it('listens on loopback alone', () => {
      const addresses = ownProcesses().flatMap(({ pid }) => listeningAddresses(pid));
      // 127.0.0.1, ::1 and 127.0.0.1 as IPv6 writes it.
      const loopback = [
        '0100007F',
        `${'0'.repeat(24)}01000000`,
        '0000000000000000FFFF00000100007F',
      ];
      expect(addresses).to.have.length.above(3);
      expect(addresses.filter((address) => !loopback.includes(address))).to.deep.equal([]);
    });

    it('stops the cluster when it is closed', async () => {
      const own = ownProcesses();
      expect(own.map(({ command: each }) => each).join()).to.match(/driver\.py.*raylet/);
      await engine.close();
      // They are looked for everywhere: who has lost its parent is no descendant any more.
      const left = () =>
        processesWith('').filter(({ pid }) => own.some((each) => each.pid === pid));
      // Ray's workers end by themselves when their raylet has.
      const end = Date.now() + 30_000;
      while (left().length > 0 && Date.now() < end) await sleep(100);
      expect(left()).to.deep.equal([]);
    });
  });

  it('says what its driver printed that is no message', async () => {
    const error = await whilePythonPrints(root, 'driver.py', () => rejection(start()));
    expect(error.message).to.equal(
      "Ray's driver printed “hello”: what its Python loads must leave standard output alone.",
    );
  });

  describe('where the next trial is chosen while all comes to its end', () => {
    /** Runs two trials, the second of which is chosen when the first has been cancelled. */
    async function twoTrials(engine: RayEngine, meanwhile = () => {}) {
      const seen: TrialEvent[] = [];
      const { signal } = new AbortController();
      let tell = () => {};
      const cancelled = new Promise<void>((done) => {
        tell = done;
      });
      async function* slowly() {
        const [first, second] = planTrials({ ...endless, seeds: [1, 2] });
        yield first;
        meanwhile();
        await cancelled;
        yield second;
      }
      const reading = (async () => {
        for await (const event of engine.run(slowly(), { signal })) {
          seen.push(event);
          if (event.type === 'cancelled') tell();
        }
      })();
      const { message } = await rejection(reading);
      const started = seen.filter(({ type }) => type === 'started').length;
      return { message, started, ends: ends(seen).map(({ type }) => type) };
    }

    it('ends when its driver has died', async () => {
      const engine = await start();
      const { message, ...seen } = await twoTrials(engine, () => {
        for (const { pid, command: each } of descendantsOf(process.pid)) {
          if (each.endsWith('driver.py')) process.kill(pid, 'SIGTERM');
        }
      });
      expect(message).to.match(/^Ray's driver (ended|was ended) .*; its words are in /);
      expect(seen.ends).to.deep.equal(['cancelled', 'cancelled']);
    });

    it('sends no further trial when a node has refused one', async () => {
      const engine = await start({ command: ['/no/lazyahead'] });
      try {
        const { message, ...seen } = await twoTrials(engine);
        expect(message).to.match(/^\/no\/lazyahead cannot be started/);
        expect(seen).to.deep.equal({ started: 1, ends: ['cancelled', 'cancelled'] });
      } finally {
        await engine.close();
      }
    });
  });

  it('refuses a node without the program, or with another version of it, in one sentence', async () => {
    for (const [wrong, sentence] of [
      [['/no/lazyahead'], /^\/no\/lazyahead cannot be started on the node .* \(No such file/],
      [
        [process.execPath, join(ROOT, 'dist/cli/main.js')],
        /has lazyahead .* this machine .*: install the same/,
      ],
    ] as const) {
      const engine = await start({ command: [...wrong] });
      try {
        const error = await rejection(events(engine, planTrials({ ...tiny, seeds: [1, 2] })));
        expect(error).to.be.instanceOf(UsageError);
        expect(error.message).to.match(sentence);
      } finally {
        await engine.close();
      }
    }
  });
});
