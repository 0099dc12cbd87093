/**
 * Reads the members of an `.npz` file, which is a zip archive of `.npy` files.
 *
 * Written on Node's own zlib, and not on a zip library, for the checksums: a single wrong bit in a
 * compressed member must not pass for data.
 */

import { crc32, inflateRawSync } from 'node:zlib';

const STORED = 0;
const DEFLATED = 8;

/** A member's line in the archive's central directory. */
interface Member {
  method: number;
  crc: number;
  compressedSize: number;
  size: number;
  /** Where the member's local header starts. */
  offset: number;
}

/**
 * Unpacks the named members.
 *
 * @param bytes - the whole archive.
 * @param names - members to unpack, without `.npy`.
 * @param maxBytes - largest unpacked size of one member that is accepted.
 * @returns each member's bytes, in the order of `names`.
 * @throws Error with one clause that says what is wrong, for the caller to name the file: cut
 *   short, damaged (the checksum differs), a member missing or larger than `maxBytes`.
 */
export function readNpz(bytes: Uint8Array, names: string[], maxBytes: number): Uint8Array[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members = centralDirectory(buffer);
  return names.map((name) => {
    const member = members.get(`${name}.npy`);
    if (member === undefined) throw new Error(`it has no member ${name}.npy`);
    if (member.size > maxBytes) {
      throw new Error(
        `its member ${name}.npy claims ${member.size} bytes, more than the ${maxBytes} allowed`,
      );
    }
    const unpacked = unpack(buffer, member);
    if (unpacked?.length !== member.size || crc32(unpacked) !== member.crc) {
      throw new Error(`its member ${name}.npy is damaged`);
    }
    return unpacked;
  });
}

/** The archive's table of contents, found from its end. Format: PKWARE's APPNOTE, 4.3.12 and 4.3.16. */
function centralDirectory(buffer: Buffer): Map<string, Member> {
  const end = buffer.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0 || end + 22 > buffer.length) {
    throw new Error('it is no complete zip archive (cut short, or another kind of file)');
  }
  const members = new Map<string, Member>();
  let at = buffer.readUInt32LE(end + 16);
  for (let left = buffer.readUInt16LE(end + 10); left > 0; left--) {
    if (at + 46 > end || buffer.toString('latin1', at, at + 4) !== 'PK\x01\x02') {
      throw new Error('its zip directory is damaged');
    }
    const nameLength = buffer.readUInt16LE(at + 28);
    members.set(buffer.toString('latin1', at + 46, at + 46 + nameLength), {
      method: buffer.readUInt16LE(at + 10),
      crc: buffer.readUInt32LE(at + 16),
      compressedSize: buffer.readUInt32LE(at + 20),
      size: buffer.readUInt32LE(at + 24),
      offset: buffer.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + buffer.readUInt16LE(at + 30) + buffer.readUInt16LE(at + 32);
  }
  return members;
}

/** A member's bytes, or undefined when they cannot be had; never more than it claims to have. */
function unpack(buffer: Buffer, member: Member): Buffer | undefined {
  const { method, compressedSize, size, offset } = member;
  if (offset + 30 > buffer.length) return undefined;
  const start = offset + 30 + buffer.readUInt16LE(offset + 26) + buffer.readUInt16LE(offset + 28);
  const packed = buffer.subarray(start, start + compressedSize);
  if (method === STORED) return packed;
  if (method !== DEFLATED) return undefined;
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
  } catch {
    return undefined;
  }
}
