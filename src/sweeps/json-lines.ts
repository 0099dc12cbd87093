/** Lines of JSON that other programs print. */
import type { ChildProcess } from 'node:child_process';

/** The object in a line; undefined where it holds none: something else has printed it. */
export function objectIn<T extends object>(line: string): T | undefined {
  try {
    const value = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether others have ended a process, by a signal: its last line may be cut off then. We end ours with
 * SIGTERM.
 */
export const wasEndedByOthers = ({ signalCode }: Pick<ChildProcess, 'signalCode'>): boolean =>
  signalCode !== null && signalCode !== 'SIGTERM';

/** What was printed, short enough for a sentence. */
export const quoted = (line: string): string => `“${line.trim().slice(0, 200)}”`;
