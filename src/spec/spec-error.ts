/** What is wrong with a spec, and where. */

/** A part of a spec: the characters from `start` to before `end`. */
export interface Span {
  spec: string;
  start: number;
  end: number;
}

/** The characters of a part of a spec. */
export const textOf = ({ spec, start, end }: Span) => spec.slice(start, end);

/**
 * A spec that names no optimizer. The message is one sentence, and below it the spec with a caret:
 *
 *     There is no optimizer "adm"; did you mean adam?
 *       lookahead(adm(1e-3))
 *                 ^
 */
export class SpecError extends SyntaxError {
  override readonly name = 'SpecError';
  /** The column of the mistake, counted from 1 in UTF-16 code units. */
  readonly column: number;
  /** The spec as it was given. */
  readonly spec: string;

  /** @param options.cause - what the optimizer's constructor threw, where it did. */
  constructor(sentence: string, { spec, start }: Span, options?: ErrorOptions) {
    // Line breaks within the spec would part the caret from what it points at.
    const line = (text: string) => text.replace(/\s/g, ' ');
    const indent = ' '.repeat([...spec.slice(0, start)].length);
    super(`${line(sentence)}\n  ${line(spec)}\n  ${indent}^`, options);
    this.column = start + 1;
    this.spec = spec;
  }
}
