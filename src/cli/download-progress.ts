/** A download as a progress bar on a terminal, and as plain lines elsewhere. */
import { Presets, SingleBar } from 'cli-progress';
import { megabytes } from '../data/megabytes.js';
import type { ObtainOptions } from '../data/obtain.js';

/** Time between two lines where there is no terminal (ms). */
const LINE_EVERY = 5_000;

/** What to hand to a download, and what ends its bar. */
export interface DownloadProgress extends Required<Pick<ObtainOptions, 'onProgress' | 'onStatus'>> {
  stop(): void;
}

/** Draws downloads on standard error. */
export function downloadProgress(): DownloadProgress {
  return process.stderr.isTTY ? bar() : lines();
}

const print = (line: string) => process.stderr.write(`${line}\n`);

function bar(): DownloadProgress {
  const display = new SingleBar(
    {
      format: '{name} {bar} {percentage}% · {received} of {size} · {eta_formatted} left',
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      // The command has its own handlers, which let the download end first.
      gracefulExit: false,
      barsize: 20,
    },
    Presets.shades_classic,
  );
  let drawn = '';
  return {
    onProgress(received, total, name) {
      const payload = { name, received: megabytes(received), size: megabytes(total) };
      if (drawn !== name) {
        display.stop();
        display.start(total, received, payload);
        drawn = name;
      }
      display.update(received, payload);
    },
    onStatus(status) {
      display.stop();
      drawn = '';
      print(status);
    },
    stop: () => display.stop(),
  };
}

function lines(): DownloadProgress {
  let last = Number.NEGATIVE_INFINITY;
  return {
    onProgress(received, total, name) {
      const now = performance.now();
      if (now - last < LINE_EVERY) return;
      last = now;
      print(`Downloading ${name}: ${megabytes(received)} of ${megabytes(total)}.`);
    },
    onStatus: print,
    stop: () => {},
  };
}
