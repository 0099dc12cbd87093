/** Jupyter's messages: what they hold, and how they look on the wire. */
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

/** The version of Jupyter's messaging protocol that is spoken. */
export const PROTOCOL_VERSION = '5.4';

/** What identifies a message. */
export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}

// biome-ignore lint/suspicious/noExplicitAny: what a front end sends
export type Content = Record<string, any>;

/** A message. */
export interface Message {
  /** Whom a reply goes to. */
  identities: Uint8Array[];
  header: Header;
  parent: Partial<Header>;
  metadata: Content;
  content: Content;
  buffers: Uint8Array[];
}

const DELIMITER = Buffer.from('<IDS|MSG>');

/** Signs messages, and knows its own signature. */
export class Signer {
  /** @param key - the connection file's; without one nothing is signed. */
  constructor(
    private readonly key: string,
    scheme = 'hmac-sha256',
  ) {
    if (scheme !== 'hmac-sha256') {
      throw new Error(`Messages are signed with hmac-sha256 here, not with ${scheme}.`);
    }
  }

  sign(parts: Uint8Array[]): string {
    if (this.key === '') return '';
    const hmac = createHmac('sha256', this.key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  }

  isRight(signature: Uint8Array, parts: Uint8Array[]): boolean {
    const right = Buffer.from(this.sign(parts));
    return right.length === signature.length && timingSafeEqual(right, signature);
  }
}

/** The message of some frames; null where they are none, or not signed with our key. */
export function decode(frames: Uint8Array[], signer: Signer): Message | null {
  const at = frames.findIndex((frame) => DELIMITER.equals(frame));
  if (at < 0 || frames.length < at + 6) return null;
  const parts = frames.slice(at + 2, at + 6);
  if (!signer.isRight(frames[at + 1], parts)) return null;
  try {
    const [header, parent, metadata, content] = parts.map((part) =>
      JSON.parse(Buffer.from(part).toString()),
    );
    // A frame is only valid until the next one is received.
    const copies = (list: Uint8Array[]) => list.map((frame) => Uint8Array.from(frame));
    const [identities, buffers] = [copies(frames.slice(0, at)), copies(frames.slice(at + 6))];
    return { identities, header, parent, metadata, content, buffers };
  } catch {
    return null;
  }
}

/** A content as text: what JSON cannot hold then fails where it is made, not where it is sent. */
export type Json = string;

/** A message of ours. */
export type OutgoingMessage = Omit<Message, 'content'> & { content: Json };

/** The frames of a message. */
export function encode(message: OutgoingMessage, signer: Signer): Uint8Array[] {
  const { identities, header, parent, metadata, content, buffers } = message;
  const jsons = [...[header, parent, metadata].map((part) => JSON.stringify(part)), content];
  const parts = jsons.map((json) => Buffer.from(wellFormed(json)));
  return [...identities, DELIMITER, Buffer.from(signer.sign(parts)), ...parts, ...buffers];
}

/**
 * JSON with the mark of what cannot be shown, U+FFFD, for halves of characters, which JSON holds as
 * escapes: Jupyter could not write a notebook that has one.
 */
const wellFormed = (json: Json): Json =>
  json.includes('\\ud')
    ? json.replace(/\\(?:ud[89a-f]..|.)/g, (each) => (each.startsWith('\\ud') ? '\uFFFD' : each))
    : json;

/** A header of our own. @param session - the kernel's. */
export function headerOf(type: string, session: string): Header {
  return {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: 'kernel',
    date: new Date().toISOString(),
    version: PROTOCOL_VERSION,
  };
}
