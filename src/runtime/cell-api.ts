/** One output in several forms, by MIME type; the front end shows the richest it knows. */
export type MimeBundle = Record<string, unknown> & { 'text/plain': string };

/**
 * What code that runs in a cell can ask of our kernel. What is sent while no cell runs belongs to
 * the cell, or to the front end's message, that the sending code was started by.
 */
export interface CellApi {
  /**
   * Shows a bundle as an output.
   *
   * @param options.update - replace the outputs with that `displayId` instead, in whichever cell.
   */
  display(
    bundle: { data: MimeBundle; metadata?: object; displayId?: string },
    options?: { update?: boolean },
  ): void;
  /** Removes the cell's outputs. @param wait - only when the next output comes. */
  clearOutput(wait?: boolean): void;
  /**
   * Asks the reader for a line of text.
   *
   * @param options.password - do not show what is typed.
   * @throws UsageError where the front end cannot ask; Interrupted when the cell is interrupted.
   */
  input(prompt: string, options?: { password?: boolean }): Promise<string>;
  /**
   * Aborted at the next interrupt: one signal a cell. What a cell has started and left running keeps
   * its cell's signal, and is told to stop also when the cell has ended.
   */
  interrupted(): AbortSignal;
  /**
   * Says that this work ends by itself soon after the signal: an interrupted cell waits for it, and
   * it is not cut off in the middle, unless the reader interrupts again.
   */
  finishes(work: Promise<unknown>): void;
  comms: {
    /** Opens a comm at the front end. @param content.id - by default a new one. */
    open(
      target: string,
      content: { data?: object; metadata?: object; buffers?: Uint8Array[]; id?: string },
    ): Comm;
    /** Called when a front end opens a comm for that target; the function returned ends it. */
    onOpen(target: string, listener: (comm: Comm, message: CommMessage) => void): () => void;
  };
}

/** One end of a line to the front end. */
export interface Comm {
  readonly id: string;
  send(data: object, options?: { metadata?: object; buffers?: Uint8Array[] }): void;
  /** The function returned ends it. */
  onMessage(listener: (message: CommMessage) => void): () => void;
  /** Called when the front end closes it. */
  onClose(listener: (message: CommMessage) => void): () => void;
  close(data?: object): void;
}

export interface CommMessage {
  // biome-ignore lint/suspicious/noExplicitAny: what a front end sends
  data: any;
  metadata: object;
  buffers: Uint8Array[];
}

const KEY = Symbol.for('lazyahead.kernel');
const globals = globalThis as { [KEY]?: CellApi };

/** Our kernel, where this program is a cell of its; `null` anywhere else. */
export function cellApi(): CellApi | null {
  return globals[KEY] ?? null;
}

/** Makes this process one whose cells can ask. */
export function provideCellApi(api: CellApi): void {
  globals[KEY] = api;
}
