/** Runs the programs of documents as readers do, in a folder that has the package installed. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { bundleByEsbuild, firstLogged } from '../package/bundles.js';
import { temporaryFolder } from '../package/project.js';
import { startFileServer } from '../support/file-server.js';
import type { Program } from './blocks.js';
import { ROOT } from './markdown.js';

/** Where the blocks of one document are run, in their order. */
export function folderFor(document: string): string {
  const folder = temporaryFolder(document.replace(/\W+/g, '-'));
  for (const name of ['node_modules', 'notebooks']) {
    symlinkSync(join(ROOT, name), join(folder, name));
  }
  return folder;
}

/** What a program has printed. */
export interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

/** The extensions of languages that are run. */
const EXTENSIONS: Record<string, string> = {
  ts: 'mts',
  js: 'mjs',
  sh: 'sh',
  html: 'html',
  yaml: 'yaml',
};

/** The name of a program's file. @throws Error for a language that is not run. */
export function fileOf({ file, lang, line }: Program): string {
  if (file) return file;
  const extension = EXTENSIONS[lang ?? ''];
  if (!extension) {
    throw new Error(`Nobody runs a block of ${lang ?? 'no language'}: it is in line ${line}.`);
  }
  return `block-${line}.${extension}`;
}

/** Puts a program into its file, for it and for those after it that read that. */
export function write(folder: string, program: Program): string {
  const file = fileOf(program);
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), program.source);
  return file;
}

/** Runs a program to its end. What it prints in a browser is the first line that it logs. */
export async function run(folder: string, program: Program): Promise<Outcome> {
  const file = write(folder, program);
  switch (program.lang) {
    case 'sh':
      return start(folder, 'bash', ['-e', '-o', 'pipefail', file], program.needsNet);
    case 'yaml':
      parseAllDocuments(program.source).forEach(({ errors }) => {
        if (errors.length > 0) throw errors[0];
      });
      return { code: 0, out: '', err: '' };
    case 'html':
      return inBrowser(await loggedByPage(folder, file));
    default:
      if (!program.inBrowser) return start(folder, process.execPath, ['--import', 'tsx', file]);
      return inBrowser(await firstLogged(await bundleByEsbuild(folder, file)));
  }
}

const inBrowser = (out: string): Outcome => ({ code: 0, out, err: '' });

/** The first line that a page logs, from a server as its readers need one for modules. */
async function loggedByPage(folder: string, page: string): Promise<string> {
  const server = await startFileServer((request, response) => {
    const file = join(folder, basename(request.url!));
    const type = file.endsWith('.js') ? 'text/javascript' : 'text/html';
    if (!existsSync(file)) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': type }).end(readFileSync(file));
  });
  try {
    return await firstLogged({ url: `${server.url}/${page}` });
  } finally {
    server.close();
  }
}

/** Longest time for one program (ms). */
export const PATIENCE = 540_000;

/** Nothing listens there: a document's programs reach no other machine unless they say so. */
const OFFLINE = { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' };

function start(cwd: string, command: string, args: string[], online = false): Promise<Outcome> {
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1', ...(online ? {} : OFFLINE) };
  // What they run is dist/, whose coverage nobody counts.
  delete env.NODE_V8_COVERAGE;
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawn(command, args, { cwd, env, stdio: [...stdio], timeout: PATIENCE });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done({ code, out, err }));
  });
}

/** The lines of a text that are not, in their order, among what was printed; … stands for any text. */
export function unprinted(expected: string, { out, err }: Pick<Outcome, 'out' | 'err'>): string[] {
  const lines = `${out}\n${err}`.split('\n').map((line) => line.trimEnd());
  let from = 0;
  return expected.split('\n').filter((line) => {
    const pattern = new RegExp(`^${line.trimEnd().split('…').map(escaped).join('.*')}$`);
    const at = lines.findIndex((printed, i) => i >= from && pattern.test(printed));
    if (at >= 0) from = at + 1;
    return at < 0;
  });
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
