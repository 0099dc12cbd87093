/** Values as plain text, whatever their getters and methods do. */
import { inspect } from 'node:util';

/** Most characters of a value that is shown by `util.inspect`. */
const MOST_CHARACTERS = 20_000;

/** A value as Node prints it, without colours: a notebook is read by programs that show none. */
export function textOf(value: unknown): string {
  try {
    return shorten(
      inspect(value, { depth: 3, maxArrayLength: 100, maxStringLength: 10_000 }),
      MOST_CHARACTERS,
    );
  } catch (error) {
    return `[${typeof value} that cannot be shown: ${reasonOf(error)}]`;
  }
}

/** A value on one line of at most so many characters. A string stands as it is, without quotes. */
export function lineOf(value: unknown, most: number): string {
  if (typeof value === 'string') return shorten(value, most);
  try {
    const options = { depth: 1, breakLength: Number.POSITIVE_INFINITY, compact: true };
    return shorten(inspect(value, { ...options, maxArrayLength: 10, maxStringLength: most }), most);
  } catch (error) {
    return shorten(`[cannot be shown: ${reasonOf(error)}]`, most);
  }
}

/** What was thrown, in a few words. */
export function reasonOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'an error without a text';
  }
}

function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  if (most < 1000) return `${startOf(text, most - 1)}…`;
  const start = startOf(text, most);
  const left = text.length - start.length;
  return `${start}… ${left.toLocaleString('en-US')} more characters`;
}

/** A text's start, which ends before a character that would be cut in two: half of one is no text. */
const startOf = (text: string, length: number) =>
  text.slice(0, /[\uD800-\uDBFF]/.test(text[length - 1]) ? length - 1 : length);
