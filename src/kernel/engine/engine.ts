/** The seam between the Jupyter front and what understands and runs TypeScript. */
import type { MimeBundle } from '../../runtime/cell-api.js';
import type { Failure } from '../failure.js';

/**
 * Understands TypeScript and keeps what cells have declared. Everything but running a cell is
 * synchronous and is not to be stopped in the middle.
 */
export interface Engine {
  /** Reads the language's library ahead of the first cell, which otherwise waits for it. */
  warmUp(): void;
  /**
   * Checks and compiles a cell.
   *
   * @param name - what the cell is called in tracebacks: `In[3]`.
   * @throws CellError with the compiler's messages.
   */
  compile(code: string, name: string): CompiledCell;
  /** What an exception says, with the stack in terms of cells and of the user's files. */
  describe(error: unknown): Failure;
  /** Names that could stand at a position (UTF-16 code units). */
  complete(code: string, position: number): Completion;
  /** TypeScript's own documentation for what stands at a position; null where nothing does. */
  inspect(code: string, position: number): MimeBundle | null;
  isComplete(code: string): Completeness;
  /** Says that what ran was ended where it stood, or will be where it looks. */
  cutOff(): void;
  /** Ends the compiler's service, and puts back how Node writes stacks. */
  close(): void;
}

/** A cell ready to be run, once. */
export interface CompiledCell {
  /** Things to tell the author that do not keep the cell from running, a sentence each. */
  readonly warnings: string[];
  /**
   * Runs it. The first part, up to the first `await`, runs within the call, unless an import must
   * be waited for: an ESM-only package, or a module with a top-level `await`.
   *
   * What it declares counts as declared from here on, even where it ends in an exception: what was
   * assigned before stays.
   *
   * @returns the value of the last expression, boxed, so that a promise the author did not await
   *   stays one; undefined where the cell ends otherwise.
   */
  run(): Promise<{ readonly value: unknown }>;
}

export interface Completion {
  matches: string[];
  /** What the matches replace (UTF-16 code units). */
  start: number;
  end: number;
  /** `_jupyter_types_experimental` and the like. */
  metadata: Record<string, unknown>;
}

export interface Completeness {
  status: 'complete' | 'incomplete' | 'invalid';
  /** For the next line, where incomplete. */
  indent?: string;
}

/** A cell that cannot be run: the compiler's messages. */
export class CellError extends Error {
  override readonly name = 'TypeScriptError';

  constructor(readonly failure: Failure) {
    super(failure.evalue);
  }
}
