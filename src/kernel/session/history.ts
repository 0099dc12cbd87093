import type { Content } from '../wire/message.js';

/** A cell that was run: session, number, source; and with outputs, its source with the output's text. */
type Entry = [session: number, line: number, input: string | [string, string | null]];

/** The number of a history that has no sessions before this one. */
const SESSION = 1;

/** The cells that were run since the kernel was started. */
export class History {
  private readonly cells: { line: number; input: string; output: string | null }[] = [];

  add(line: number, input: string): void {
    this.cells.push({ line, input, output: null });
  }

  /** Keeps what the cell that was added last came to. */
  setOutput(output: string): void {
    const last = this.cells.at(-1);
    if (last) last.output = output;
  }

  /** The reply to `history_request`. */
  answer(request: Content): Content {
    const { output = false } = request;
    const history = this.find(request).map(
      ({ line, input, output: text }): Entry => [
        ...([SESSION, line] as const),
        output ? [input, text] : input,
      ],
    );
    return { status: 'ok', history };
  }

  private find({ hist_access_type, session = 0, start = 1, stop, n, pattern, unique }: Content) {
    const last = (list: typeof this.cells) =>
      typeof n === 'number' ? list.slice(Math.max(0, list.length - n)) : list;
    if (hist_access_type === 'range') {
      if (session !== 0 && session !== SESSION) return [];
      const end = stop ?? Number.POSITIVE_INFINITY;
      return this.cells.filter(({ line }) => line >= start && line < end);
    }
    if (hist_access_type === 'search') {
      const glob = globOf(pattern ?? '*');
      const found = this.cells.filter(({ input }) => glob.test(input));
      // Of cells that are the same the last one counts, where it stands.
      const seen = new Map(found.map((cell, i) => [cell.input, i]));
      return last(unique ? found.filter(({ input }, i) => seen.get(input) === i) : found);
    }
    return last(this.cells);
  }
}

/**
 * A shell's pattern as a whole: `*` is any text, `?` a character, `[a-c]` and `[!a-c]` one of some. In
 * `[z-a]` there is none.
 */
function globOf(pattern: string): RegExp {
  const source = pattern.replace(
    /\[(!?)([^\]]+)\]|[\\^$.*+?()[\]{}|]/g,
    (special, not: string, characters?: string) => {
      if (characters) {
        const some = characters.replace(/(.)-(.)/gs, (range, a, z) => (a <= z ? range : ''));
        return `[${not && '^'}${some.replace(/[\\^]/g, '\\$&')}]`;
      }
      return { '*': '.*', '?': '.' }[special] ?? `\\${special}`;
    },
  );
  return new RegExp(`^${source}$`, 's');
}
