/** A PostgreSQL server of its own, on loopback, that nobody else knows of. */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const INSTALLED = '/usr/lib/postgresql';

export interface Postgres {
  /** `postgresql://postgres:PASSWORD@127.0.0.1:PORT/postgres`. */
  url: string;
  /** It lets nobody in without. */
  password: string;
  stop(): Promise<void>;
}

/** The newest server's programs; null where none is installed. */
export function findPostgres(): string | null {
  if (!existsSync(INSTALLED)) return null;
  const version = readdirSync(INSTALLED)
    .sort((a, b) => Number(b) - Number(a))
    .find((each) => existsSync(join(INSTALLED, each, 'bin', 'postgres')));
  return version === undefined ? null : join(INSTALLED, version, 'bin');
}

/** Starts it. @param programs - what {@link findPostgres} has found. */
export async function startPostgres(programs: string): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'lazyahead-postgres-'));
  // It refuses to run as root.
  const isRoot = process.getuid?.() === 0;
  const [uid, gid] = isRoot ? ['-u', '-g'].map((flag) => idOf(flag)) : [undefined, undefined];
  if (isRoot) chownSync(folder, uid!, gid!);
  const data = join(folder, 'data');
  const as = { uid, gid, cwd: folder };
  const password = randomBytes(8).toString('hex');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password);
  execFileSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile],
    as,
  );
  const port = await freePort();
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-k', folder],
    { ...as, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await new Promise<void>((done, fail) => {
    server.stderr.on('data', (text) => /ready to accept connections/.test(text) && done());
    server.once('exit', (code) => fail(new Error(`postgres ended with code ${code}`)));
  });
  return {
    url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    password,
    async stop() {
      const ended = new Promise((done) => server.once('exit', done));
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}
