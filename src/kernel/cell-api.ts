export type MimeBundle = Record<string, unknown> & { 'text/plain': string };
export interface CellApi {
  display(
    bundle: { data: MimeBundle; metadata?: object; displayId?: string },
    options?: { update?: boolean },
  ): void;
  clearOutput(wait?: boolean): void;
  input(prompt: string, options?: { password?: boolean }): Promise<string>;
  interrupted(): AbortSignal;
  comms: {
    open(
      target: string,
      content: { data?: object; metadata?: object; buffers?: Uint8Array[]; id?: string },
    ): Comm;
    onOpen(target: string, listener: (comm: Comm, message: CommMessage) => void): () => void;
  };
}
export interface Comm {
  readonly id: string;
  send(data: object, options?: { metadata?: object; buffers?: Uint8Array[] }): void;
  onMessage(listener: (message: CommMessage) => void): () => void;
  onClose(listener: (message: CommMessage) => void): () => void;
  close(data?: object): void;
}
export interface CommMessage {
  // biome-ignore lint/suspicious/noExplicitAny: what a front end sends
  data: any;
  metadata: object;
  buffers: Uint8Array[];
}
export function cellApi(): CellApi | null {
  return (
    ((globalThis as Record<symbol, unknown>)[Symbol.for('lazyahead.kernel')] as CellApi) ?? null
  );
}
