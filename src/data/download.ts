/** The one way a data file comes from the net. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, get, withoutCredentials } from './http.js';
import { reasonOf, WriteError, writing } from './write-error.js';

/** A file could not be had from its source: host out of reach, refused, cut short, wrong content. */
export class DownloadError extends Error {
  override name = 'DownloadError';
}

/** What to download, and where to. */
export interface DownloadRequest {
  url: string;
  headers?: Record<string, string>;
  /** The file to write; its folder is created. What is there already is the file's beginning. */
  path: string;
  /** Published length (bytes). */
  bytes: number;
  /** Published checksum, in lower-case hexadecimal digits. */
  sha256: string;
  /** Called with the bytes received so far and the published length. */
  onProgress?: (received: number, total: number) => void;
  /** Ends the download; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Longest wait for the server's answer, and then for each next piece of the file (ms). */
  patience?: number;
  /** Wait before the first new attempt (ms), which is doubled for each one after it. */
  pause?: number;
}

/** Attempts in a row that may bring less than {@link FRUITFUL} of the file. */
const ATTEMPTS = 4;
const FRUITFUL = 0.01;

/** Longest wait that a server may ask for (ms). */
const MAX_PAUSE = 30_000;

/** Answers that may be others a little later. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/** One attempt's end. */
class Failure extends Error {
  constructor(
    /** A clause on what was wrong. */
    reason: string,
    /** Whether another attempt may succeed. */
    readonly passing: boolean,
    /** Wait that the server asks for (ms). */
    readonly pause = 0,
  ) {
    super(reason);
  }
}

/**
 * Downloads a file and checks it against the published length and checksum.
 *
 * What has come stays at `path`, whatever ends the download, and the next one goes on from there: by
 * its length alone, as the checksum tells whether both halves belong together. Only when this is
 * fulfilled is the file whole. What passes (a connection broken off, a server too busy) is tried
 * again; what does not (no such host, no such file) is not, so that other sources come soon.
 *
 * @throws DownloadError with one sentence when the file cannot be had; Error when it cannot be
 *   written.
 */
export async function download(request: DownloadRequest): Promise<void> {
  const { url, path, bytes, signal, pause = 1000 } = request;
  await writing(path, () => mkdir(dirname(path), { recursive: true }));
  const file = await writing(path, () => open(path, 'a+'));
  try {
    let fruitless = 0;
    let answered = false;
    while (true) {
      const before = await sizeOf(file);
      try {
        return await attempt(request, file, () => {
          answered = true;
        });
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof Failure)) throw error;
        fruitless = (await sizeOf(file)) - before >= FRUITFUL * bytes ? 0 : fruitless + 1;
        // A host that never answered is out of reach; one that did may be back soon.
        if (!(error.passing && answered) || fruitless === ATTEMPTS) {
          const kept = (await sizeOf(file)) > 0 ? '; what has come is kept for the next try' : '';
          throw new DownloadError(
            `Could not download ${withoutCredentials(url)}: ${error.message}${kept}.`,
          );
        }
        const wait = Math.max(error.pause, pause * 2 ** Math.max(0, fruitless - 1));
        await sleep(Math.min(wait, MAX_PAUSE), undefined, { signal }).catch(() => {});
        signal?.throwIfAborted();
      }
    }
  } finally {
    const empty = (await sizeOf(file)) === 0;
    await file.close();
    if (empty) await rm(path, { force: true });
  }
}

const sizeOf = async (file: FileHandle) => (await file.stat()).size;

/** Receives what is missing and checks the whole. @throws Failure */
async function attempt(
  request: DownloadRequest,
  file: FileHandle,
  onAnswer: () => void,
): Promise<void> {
  const { path, bytes, sha256 } = request;
  let before = await sizeOf(file);
  if (before === bytes && (await sumOf(path)) === sha256) return;
  // What is wrong with a whole file that is here already is not the server's fault.
  if (before >= bytes) {
    await file.truncate(0);
    before = 0;
  }
  await receive(request, file, onAnswer);
  const found = await sumOf(path);
  if (found === sha256) return;
  await file.truncate(0);
  // What was here before may be to blame; if all of it came now, it would come so again.
  throw new Failure(`its sha256 is ${found} instead of ${sha256}`, before > 0);
}

async function receive(
  request: DownloadRequest,
  file: FileHandle,
  onAnswer: () => void,
): Promise<void> {
  const { url, headers, path, bytes, onProgress, signal, patience = 15_000 } = request;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  let received = await sizeOf(file);
  let answer: Answer | undefined;
  try {
    answer = await get(url, {
      headers: received > 0 ? { ...headers, range: `bytes=${received}-` } : { ...headers },
      signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
    });
    onAnswer();
    const { status } = answer;
    if (status === 200) {
      // The whole file; what is here is kept where it cannot be that, a log-in page of the network's.
      accept(answer, 0, bytes);
      await file.truncate(0);
      received = 0;
    } else if (status === 416 || (status === 206 && !continues(answer, received, bytes))) {
      // Another file than what is here is the beginning of.
      await file.truncate(0);
      throw new Failure(`the server does not go on after byte ${received}`, true);
    } else accept(answer, received, bytes);
    onProgress?.(received, bytes);
    for await (const chunk of answer.body) {
      timer.refresh();
      received += chunk.length;
      if (received > bytes) {
        await file.truncate(0);
        throw new Failure(`it is longer than the published ${bytes} bytes`, false);
      }
      await writing(path, () => file.appendFile(chunk));
      onProgress?.(received, bytes);
    }
    await writing(path, () => file.sync());
    if (received < bytes) throw new Failure(`it ended after ${received} of ${bytes} bytes`, true);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Failure || error instanceof WriteError) throw error;
    const came = `after ${received} of ${bytes} bytes`;
    const seconds = patience / 1000;
    if (answer === undefined) {
      const reason = reasonOf(error);
      throw new Failure(
        stop.signal.aborted
          ? `no answer within ${seconds} s`
          : `the host cannot be reached (${reason})`,
        true,
      );
    }
    throw new Failure(
      stop.signal.aborted
        ? `nothing more came for ${seconds} s ${came}`
        : `the connection broke off ${came} (${reasonOf(error)})`,
      true,
    );
  } finally {
    clearTimeout(timer);
    answer?.close();
  }
}

/** Whether an answer is the part of the published file that starts at a byte. */
function continues({ headers }: Answer, start: number, bytes: number): boolean {
  const [, from, total] =
    /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(String(headers['content-range'])) ?? [];
  return Number(from) === start && (total === '*' || Number(total) === bytes);
}

/** Refuses an answer that cannot be the file. @throws Failure */
function accept({ status, headers }: Answer, received: number, bytes: number): void {
  if (status !== 200 && status !== 206) {
    const pause = 1000 * Number(headers['retry-after']) || 0;
    const name = STATUS_CODES[status] ?? '';
    throw new Failure(`the server answered ${status} ${name}`.trim(), PASSING.has(status), pause);
  }
  const length = received + Number(headers['content-length'] ?? bytes - received);
  if (length !== bytes) {
    throw new Failure(`the server has ${length} bytes of it instead of ${bytes}`, false);
  }
}

async function sumOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
