/** Lines of JSON that other programs print. */

/** The object in a line; undefined where it holds none: something else has printed it. */
export function objectIn<T extends object>(line: string): T | undefined {
  try {
    const value = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What was printed, short enough for a sentence. */
export const quoted = (line: string): string => `“${line.trim().slice(0, 200)}”`;
