import { closeSync, fsyncSync, openSync } from 'node:fs';

/**
 * Makes new names in a folder last, also when the power fails. Where folders cannot be synced, nothing
 * happens.
 */
export function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // On Windows.
  }
}
