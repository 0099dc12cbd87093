/** Requests to the net, by the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name. */

import { type Dispatcher, EnvHttpProxyAgent, interceptors, ProxyAgent, request } from 'undici';
import { UsageError } from '../runtime/errors.js';

const MAX_REDIRECTIONS = 5;

/** An answer, and what ends its connection. */
export interface Answer {
  status: number;
  headers: Dispatcher.ResponseData['headers'];
  body: AsyncIterable<Uint8Array>;
  /** Closes the connection, whatever has come of the body. */
  close(): void;
}

/**
 * Asks for a file and follows redirections, which take no credentials to another host. The body is
 * as the server keeps it: some call an archive's own compression an encoding and would have it undone.
 *
 * @throws what the system or undici says when there is no answer.
 */
export async function get(
  url: string,
  { headers, signal }: { headers: Record<string, string>; signal: AbortSignal },
): Promise<Answer> {
  // Node's own fetch knows no proxies before Node 24. Only https goes through a tunnel.
  const agent = new EnvHttpProxyAgent({ proxyTunnel: false });
  const redirect = interceptors.redirect({ maxRedirections: MAX_REDIRECTIONS });
  try {
    const {
      statusCode,
      headers: answered,
      body,
    } = await request(url, {
      dispatcher: agent.compose(redirect),
      headers: { 'accept-encoding': 'identity', ...headers },
      signal,
    });
    // Destroying the agent fails what is still under way; nobody waits for it any more.
    body.on('error', () => {});
    return {
      status: statusCode,
      headers: answered,
      body,
      close: () => void agent.destroy(),
    };
  } catch (error) {
    void agent.destroy();
    throw error;
  }
}

/** An address as it may be shown and kept: without a user's name and password. */
export function withoutCredentials(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  // What is no address has them somewhere before an @.
  if (url === null || !/^https?:$/.test(url.protocol)) return address.replace(/.*@/s, '…@');
  const { protocol, username, password, host, pathname, search, hash } = url;
  const isPlain = username === '' && password === '';
  return isPlain ? address : `${protocol}//…@${host}${pathname}${search}${hash}`;
}

/** @throws UsageError when a variable that names a proxy holds what is no proxy's address. */
export function checkProxies(): void {
  // In lower case goes first, as for undici.
  for (const names of [
    ['http_proxy', 'HTTP_PROXY'],
    ['https_proxy', 'HTTPS_PROXY'],
  ]) {
    const name = names.find((each) => process.env[each] !== undefined);
    const address = name && process.env[name];
    if (!address) continue;
    try {
      void new ProxyAgent(address).destroy();
    } catch {
      throw new UsageError(
        `${name} is ${withoutCredentials(address)}, which is no address of a proxy: write it as http://HOST:PORT, or unset it.`,
      );
    }
  }
}
