import { megabytes } from '../data/megabytes.js';

/** Shortest time between two sentences about a download (ms). */
const STATUS_EVERY = 1000;

/**
 * A download's progress as sentences, one a second at most.
 *
 * @param what - what is downloaded, 'the reviews'.
 */
export function loadingStatus(
  what: string,
  onStatus?: (status: string) => void,
): (received: number, total: number) => void {
  let told = -STATUS_EVERY;
  return (received, total) => {
    const now = performance.now();
    if (now - told >= STATUS_EVERY) {
      told = now;
      onStatus?.(`Downloading ${what}: ${megabytes(received)} of ${megabytes(total)}.`);
    }
  };
}
