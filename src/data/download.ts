/** The one way a data file comes from the net into the user's cache folder. */

import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

/** A file could not be had from its source: host out of reach, refused, cut short, wrong content. */
export class DownloadError extends Error {
  override name = 'DownloadError';
}

/** What to download, and where to. */
export interface DownloadRequest {
  url: string;
  /** The file to write; its folder is created. */
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
}

/**
 * Downloads a file and puts it in place once it is whole and its checksum is right.
 *
 * It is gathered in memory and written in one atomic step, so a failed or interrupted download
 * leaves nothing behind.
 *
 * @throws DownloadError with one sentence when the file cannot be had; Error when it cannot be
 *   written.
 */
export async function download(request: DownloadRequest): Promise<void> {
  const { path, bytes, sha256 } = request;
  const content = await receive(request);
  if (content.length < bytes) {
    throw failure(request, `it ended after ${content.length} of ${bytes} bytes`);
  }
  const found = createHash('sha256').update(content).digest('hex');
  if (found !== sha256) {
    throw failure(request, `its sha256 is ${found} instead of ${sha256}`);
  }
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, content);
  } catch (error) {
    throw new Error(
      `Cannot write ${path} (${reasonOf(error)}): make that folder writable or name another one in LAZYAHEAD_CACHE.`,
      { cause: error },
    );
  }
}

async function receive(request: DownloadRequest): Promise<Buffer> {
  const { url, bytes, onProgress, signal, patience = 15_000 } = request;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  const chunks: Uint8Array[] = [];
  let received = 0;
  try {
    const response = await fetch(url, {
      signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
    });
    if (!response.ok || response.body === null) {
      throw failure(request, `the server answered ${response.status} ${response.statusText}`);
    }
    for await (const chunk of response.body) {
      timer.refresh();
      received += chunk.length;
      if (received > bytes)
        throw failure(request, `it is longer than the published ${bytes} bytes`);
      chunks.push(chunk);
      onProgress?.(received, bytes);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof DownloadError) throw error;
    if (stop.signal.aborted) {
      const seconds = patience / 1000;
      throw failure(
        request,
        received === 0
          ? `no answer within ${seconds} s`
          : `nothing more came for ${seconds} s after ${received} of ${bytes} bytes`,
      );
    }
    const reason = reasonOf(error);
    throw failure(
      request,
      received === 0
        ? `the host cannot be reached (${reason})`
        : `the connection broke off after ${received} of ${bytes} bytes (${reason})`,
    );
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

function failure({ url, path }: DownloadRequest, reason: string): DownloadError {
  return new DownloadError(`Could not download ${basename(path)} from ${url}: ${reason}.`);
}

/** The system's word for it (`ENOTFOUND`), which fetch wraps once or twice. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
