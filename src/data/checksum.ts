/** Checksums of what was read. */

import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';

/** SHA-256, in lower-case hexadecimal digits. */
export const sha256Of = (content: Uint8Array | string) =>
  createHash('sha256').update(content).digest('hex');

/**
 * One checksum for several files, and the folder they are in: the SHA-256 of the lines that
 * `sha256sum` prints for them.
 */
export function sumOfFiles(files: { path: string; sha256: string }[]) {
  const lines = files.map(({ path, sha256 }) => `${sha256}  ${basename(path)}\n`);
  return { sha256: sha256Of(lines.join('')), path: dirname(files[0].path) };
}
