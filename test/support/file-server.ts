import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on this machine for one test. */
export interface FileServer {
  /** Its address, without a slash at the end. */
  url: string;
  /** What was asked for, each with its Range header if it had one. */
  asked: { url: string; range?: string }[];
  /** Answers from now on. */
  answer: RequestListener;
  close(): void;
}

/** Starts a server that answers as told. */
export async function startFileServer(answer: RequestListener): Promise<FileServer> {
  const server: Server = createServer((request, response) => {
    const { range } = request.headers;
    files.asked.push({ url: request.url!, ...(range && { range }) });
    files.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const files: FileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answer,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return files;
}

/** Sends a file, or the part of it that is asked for. */
export function serving(content: Buffer): RequestListener {
  return (request, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const headers = { 'content-length': content.length - start };
    if (start === 0) response.writeHead(200, headers).end(content);
    else {
      const range = `bytes ${start}-${content.length - 1}/${content.length}`;
      response.writeHead(206, { ...headers, 'content-range': range }).end(content.subarray(start));
    }
  };
}
