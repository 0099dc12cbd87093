/** Writes `.tar.gz` archives, also such as nobody should. */

import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

/** A member of an archive. */
export interface TarEntry extends Partial<Omit<Header, 'name'>> {
  name: string;
  content?: Buffer | string;
}

/** An archive of the given members, in that order. */
export async function tarGz(entries: TarEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content, ...header } of entries) archive.entry(header, content ?? '');
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}
