import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Study } from '../../src/sweeps/optuna/study.js';
import { studyOf } from '../../src/sweeps/search-plan.js';
import { readSweep } from '../../src/sweeps/sweep-directory.js';
import { findPostgres, freePort, type Postgres, startPostgres } from '../support/postgres.js';
import { pythonWith } from '../support/python.js';
import { skip } from '../support/skip.js';

const execute = promisify(execFile);
const MAIN = join(__dirname, '..', '..', 'src', 'cli', 'main.ts');

describe('a search by the command line', function () {
  this.timeout(600_000);
  const root = mkdtempSync(join(tmpdir(), 'lazyahead-search-'));
  after(() => rmSync(root, { recursive: true }));

  const sweep = (...args: string[]) =>
    execute(process.execPath, ['--import', 'tsx', MAIN, 'sweep', ...args]);
  /** As their owner continues those whose database has a password. */
  const continued = (directory: string, PGPASSWORD: string) =>
    execute(process.execPath, ['--import', 'tsx', MAIN, 'sweep', '--run-dir', directory], {
      env: { ...process.env, PGPASSWORD },
    });
  const searched = (directory: string, trials: number, ...more: string[]) =>
    sweep(
      ...['imdb', '--preset', 'smoke', '--epochs', '2', '--optimizers', 'adam'],
      ...['--log-range', 'lr=1e-4..1e-1', '--search', 'tpe', '--trials', String(trials)],
      ...['--run-dir', directory, ...more],
    );

  describe('in a PostgreSQL database', () => {
    let postgres: Postgres | undefined;

    before(async function () {
      const programs = findPostgres();
      if (programs === null) skip(this, 'no PostgreSQL server: install Debian’s postgresql');
      postgres = await startPostgres(programs);
    });
    after(() => postgres?.stop());

    it('keeps its study there, and goes on with it from its directory', async () => {
      const directory = join(root, 'postgres');
      await searched(directory, 3, '--storage', postgres!.url);
      expect(existsSync(join(directory, 'study.db'))).to.equal(false);
      expect(readSweep(directory).runs.size).to.equal(3);
      const kept = readFileSync(join(directory, 'search.json'), 'utf8');
      expect(kept)
        .to.contain('postgresql://postgres@127.0.0.1')
        .and.not.contain(postgres!.password);
      const { stdout } = await continued(directory, postgres!.password);
      expect(stdout).to.contain('3 of 3 trials have ended');
      const refused = await continued(directory, '').catch((error) => error);
      expect(refused.stderr).to.match(
        /^lazyahead: The study in postgresql:\/\/postgres@.* cannot be used: .*no password/m,
      );
    });

    it('is a study of its own beside one from a directory of the same name', async () => {
      const directory = join(root, 'elsewhere', 'postgres');
      await searched(directory, 2, '--storage', postgres!.url);
      expect(readSweep(directory).runs.size).to.equal(2);
    });

    for (const how of ['SIGINT', 'SIGKILL'] as const) {
      it(`goes on after ${how}, with each trial in the study and in the directory once`, async () => {
        const directory = join(root, how);
        await interrupted(directory, how, () =>
          searched(directory, 6, '--workers', '2', '--storage', postgres!.url),
        );
        const before = [...readSweep(directory).runs.keys()];
        expect(before.length).to.be.within(1, 5);
        const { stdout } = await continued(directory, postgres!.password);
        expect(stdout).to.contain('6 of 6 trials have ended');
        const { runs, search } = readSweep(directory);
        expect([...runs.keys()]).to.include.members(before);

        const study = await Study.open(
          studyOf({ ...search!, storage: postgres!.url }, directory),
          () => {},
        );
        await study.close();
        expect(study.known.map(({ state }) => state)).to.deep.equal(Array(6).fill('COMPLETE'));
        expect(study.known.map(({ trial }) => trial)).to.have.members([...runs.keys()]);
      });
    }
  });

  describe('looked at with optuna-dashboard', () => {
    let python: string;

    before(async function () {
      const found = await pythonWith(['optuna', 'optuna-dashboard']);
      if ('reason' in found) skip(this, found.reason);
      python = found.python;
    });

    it('is a study with a value a trial', async () => {
      const directory = join(root, 'watched');
      await searched(directory, 3);
      const port = await freePort();
      const program = join(dirname(python), 'optuna-dashboard');
      const storage = `sqlite:///${join(directory, 'study.db')}`;
      const server = spawn(program, [storage, '--host', '127.0.0.1', '--port', String(port)]);
      try {
        const at = `http://127.0.0.1:${port}/api/studies`;
        const studies = await eventually(() => fetch(at).then((response) => response.json()));
        expect(studies.study_summaries[0].study_name).to.equal('watched');
        // biome-ignore lint/suspicious/noExplicitAny: another program's JSON
        const study: any = await (
          await fetch(`${at}/${studies.study_summaries[0].study_id}`)
        ).json();
        const values = study.trials.map(({ values }: { values: number[] }) => values[0]);
        const best = [...readSweep(directory).runs.values()].map(
          (run) => run.summary.bestValAccuracy,
        );
        expect(values.sort()).to.deep.equal(best.sort());
      } finally {
        server.kill();
      }
    });
  });
});

/** Ends a command once the first of its trials has ended, by a signal to it alone. */
async function interrupted(
  directory: string,
  signal: NodeJS.Signals,
  start: () => ReturnType<typeof execute>,
): Promise<void> {
  const running = start();
  const ended = running.then(
    () => expect.fail('it came to its end'),
    () => {},
  );
  while (!existsSync(join(directory, 'sweep.json')) || readSweep(directory).runs.size === 0) {
    if (running.child.exitCode !== null) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  running.child.kill(signal);
  await ended;
}

/** Asks until there is an answer. */
// biome-ignore lint/suspicious/noExplicitAny: another program's JSON
async function eventually(ask: () => Promise<any>): Promise<any> {
  for (let n = 0; ; n++) {
    try {
      return await ask();
    } catch (error) {
      if (n > 100) throw error;
      await new Promise((done) => setTimeout(done, 300));
    }
  }
}
