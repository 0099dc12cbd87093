/** Checksums of what was read. */

import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/** SHA-256, in lower-case hexadecimal digits. */
export const sha256Of = (content: Uint8Array | string) =>
  createHash('sha256').update(content).digest('hex');

/** One checksum for several files: the SHA-256 of what `sha256sum` prints for them in their folder. */
export function sumOfSums(files: { path: string; sha256: string }[]): string {
  return sha256Of(files.map(({ path, sha256 }) => `${sha256}  ${basename(path)}\n`).join(''));
}
