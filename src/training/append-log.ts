/** A file of JSON lines that only grows while a run goes on, and can be cut back when it is resumed. */
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

/**
 * Lines go to the file at once. Where they cannot, as on a full disk, they are kept and go with the
 * next ones: each write begins where the last whole one ended, so that no half line is left between.
 */
export class AppendLog {
  private readonly file: number;
  private waiting = '';

  /** @param bytes - what of the file is kept; what follows is cut off. */
  constructor(
    path: string,
    private bytes: number,
  ) {
    this.file = openSync(path, bytes === 0 ? 'w' : 'r+');
    ftruncateSync(this.file, bytes);
  }

  /** The file's length. */
  get size(): number {
    return this.bytes;
  }

  append(line: object): void {
    this.waiting += `${JSON.stringify(line)}\n`;
    try {
      this.flush();
    } catch {
      // The next flush, at the latest that of a checkpoint or of the end, says so.
    }
  }

  /** @throws Error of the file system. */
  flush(): void {
    const text = Buffer.from(this.waiting);
    for (let done = 0; done < text.length; ) {
      done += writeSync(this.file, text, done, text.length - done, this.bytes + done);
    }
    this.bytes += text.length;
    this.waiting = '';
  }

  /** Makes the lines last, also when the power fails. */
  sync(): void {
    this.flush();
    fsyncSync(this.file);
  }

  close(): void {
    closeSync(this.file);
  }
}

/** The lines of a file after some bytes; a last one that was cut off does not count. */
export function countLines(path: string, after: number): number {
  const text = readFileSync(path).subarray(after);
  return text.filter((byte) => byte === '\n'.charCodeAt(0)).length;
}
