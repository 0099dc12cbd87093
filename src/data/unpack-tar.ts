/** Reads the members of a `.tar.gz` archive. What it says of names never becomes a path here. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';

/** A member of an archive, unpacked. */
export interface Member {
  name: string;
  content: Buffer;
}

/** Most that an archive may unpack to, as a multiple of its own length: images hardly shrink. */
const MAX_RATIO = 20;

/** What any archive may unpack to (bytes): small ones are mostly tar's padding. */
const HARMLESS = 2 ** 20;

/**
 * Unpacks the wanted members, in the archive's order, one at a time.
 *
 * @param path - the archive.
 * @param wanted - each wanted member's largest length (bytes), by its name in the archive.
 * @throws Error with one clause that says what is wrong, for the caller to name the archive: cut
 *   short, damaged, a wanted member missing or too long, out of all proportion, or with members that
 *   no data set has, wanted or not: links, devices, and names that lead out of a folder.
 */
export async function* unpackTarGz(
  path: string,
  wanted: ReadonlyMap<string, number>,
): AsyncGenerator<Member> {
  const { size } = await stat(path);
  const entries = extract();
  let failure: unknown;
  const feeding = pipeline(
    createReadStream(path),
    createGunzip(),
    limit(Math.max(HARMLESS, MAX_RATIO * size)),
    entries,
  ).catch((error) => {
    failure ??= error;
  });
  const missing = new Set(wanted.keys());
  try {
    for await (const entry of entries) {
      const { name, size = 0 } = entry.header;
      refuseStrange(entry.header);
      if (!missing.delete(name)) {
        entry.resume();
        continue;
      }
      if (size > wanted.get(name)!) {
        throw new Error(`its member ${name} has ${size} bytes, more than ${wanted.get(name)}`);
      }
      const content = Buffer.alloc(size);
      let filled = 0;
      for await (const chunk of entry) filled += (chunk as Buffer).copy(content, filled);
      yield { name, content };
    }
    await feeding;
    if (failure !== undefined) throw failure;
  } catch (error) {
    throw new Error(inWords(failure ?? error), { cause: error });
  } finally {
    entries.destroy();
    await feeding;
  }
  if (missing.size > 0) throw new Error(`it has no member ${[...missing][0]}`);
}

/** Refuses what only an archive made to do harm has. */
function refuseStrange({ name, type }: Header): void {
  if (type !== 'file' && type !== 'directory' && type !== 'contiguous-file') {
    throw new Error(`its member ${name} is a ${type}, and no file`);
  }
  if (/^([/\\]|[A-Za-z]:)/.test(name) || name.split(/[/\\]/).includes('..')) {
    throw new Error(`its member ${name} leads out of its folder`);
  }
}

function limit(most: number): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      if (passed <= most) done(null, chunk);
      else done(new Error(`it unpacks to more than ${MAX_RATIO} times its length`));
    },
  });
}

function inWords(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR' || message === 'Unexpected end of data') return 'it is cut short';
  return code?.startsWith('Z_') || message.startsWith('Invalid tar header')
    ? `it is damaged (${message})`
    : message;
}
