/**
 * SFTP version 3 as bytes (draft-ietf-secsh-filexfer-02). Written apart from the client's own, so that a mistake in one
 * is no mistake in both.
 */

export const requestNames: Readonly<Record<number, string>> = {
  1: 'INIT',
  3: 'OPEN',
  4: 'CLOSE',
  5: 'READ',
  6: 'WRITE',
  7: 'LSTAT',
  8: 'FSTAT',
  9: 'SETSTAT',
  10: 'FSETSTAT',
  11: 'OPENDIR',
  12: 'READDIR',
  13: 'REMOVE',
  14: 'MKDIR',
  15: 'RMDIR',
  16: 'REALPATH',
  17: 'STAT',
  18: 'RENAME',
  19: 'READLINK',
  20: 'SYMLINK',
  200: 'EXTENDED',
};

export const answerTypes = {
  VERSION: 2,
  STATUS: 101,
  HANDLE: 102,
  DATA: 103,
  NAME: 104,
  ATTRS: 105,
  EXTENDED_REPLY: 201,
} as const;

/** uint32, uint64, a string with its length before it, or bytes as they are. */
export type Field = number | bigint | Buffer | { readonly raw: Buffer };

/** Where the bytes of a DATA answer begin: length, type, id, length of the data. */
export const DATA_OFFSET = 13;
const ID_OFFSET = 5;

/** A whole packet; `withId` puts the id in. */
export function answer(type: number, ...fields: readonly Field[]): Buffer {
  const packet = Buffer.allocUnsafe(9 + fields.reduce<number>((sum, field) => sum + lengthOf(field), 0));
  packet.writeUInt32BE(packet.length - 4, 0);
  packet.writeUInt8(type, 4);
  let at = ID_OFFSET + 4;
  for (const field of fields) at = write(packet, field, at);
  return packet;
}

/** DATA, for a packet that already has room before its bytes: nothing is copied. */
export function dataAnswer(packet: Buffer, bytes: number): Buffer {
  packet.writeUInt32BE(DATA_OFFSET - 4 + bytes, 0);
  packet.writeUInt8(answerTypes.DATA, 4);
  packet.writeUInt32BE(bytes, DATA_OFFSET - 4);
  return packet.subarray(0, DATA_OFFSET + bytes);
}

/** VERSION is the one answer without an id. */
export function versionAnswer(extensions: ReadonlyMap<string, string>): Buffer {
  const pairs = [...extensions].flat().map((text) => Buffer.from(text));
  const body = Buffer.concat([Buffer.from([0, 0, 0, 3]), ...pairs.flatMap((text) => [uint32(text.length), text])]);
  return Buffer.concat([uint32(body.length + 1), Buffer.from([answerTypes.VERSION]), body]);
}

export function withId(packet: Buffer, id: number): Buffer {
  packet.writeUInt32BE(id, ID_OFFSET);
  return packet;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function lengthOf(field: Field): number {
  if (typeof field === 'number') return 4;
  if (typeof field === 'bigint') return 8;
  return Buffer.isBuffer(field) ? 4 + field.length : field.raw.length;
}

function write(packet: Buffer, field: Field, at: number): number {
  if (typeof field === 'number') return packet.writeUInt32BE(field, at);
  if (typeof field === 'bigint') return packet.writeBigUInt64BE(field, at);
  if (!Buffer.isBuffer(field)) return at + field.raw.copy(packet, at);
  const start = packet.writeUInt32BE(field.length, at);
  return start + field.copy(packet, start);
}

/** Takes fields off a request, one after the other; throws a RangeError at its end. */
export interface Fields {
  uint32(): number;
  uint64(): number;
  bytes(): Buffer;
  readonly left: number;
}

export function fieldsOf(packet: Buffer, start: number): Fields {
  let at = start;
  const fields: Fields = {
    uint32() {
      at += 4;
      return packet.readUInt32BE(at - 4);
    },
    uint64() {
      at += 8;
      return Number(packet.readBigUInt64BE(at - 8));
    },
    bytes() {
      const length = fields.uint32();
      at += length;
      if (at > packet.length) throw new RangeError('a string longer than its packet');
      return packet.subarray(at - length, at);
    },
    get left() {
      return packet.length - at;
    },
  };
  return fields;
}

/** Cuts a byte stream into packets, without their length. `onPacket` may throw; an overlong packet throws a RangeError. */
export function packetCutter(maxBytes: () => number, onPacket: (packet: Buffer) => void): (bytes: Buffer) => void {
  let pieces: Buffer[] = [];
  let have = 0;
  let packetBytes: number | undefined;

  function take(bytes: number): Buffer {
    const [first] = pieces;
    const joined = first && first.length >= bytes ? first : Buffer.concat(pieces);
    const rest = joined === first ? pieces.slice(1) : [];
    pieces = joined.length > bytes ? [joined.subarray(bytes), ...rest] : rest;
    have -= bytes;
    return joined.subarray(0, bytes);
  }

  return (bytes) => {
    pieces.push(bytes);
    have += bytes.length;
    for (;;) {
      if (packetBytes === undefined) {
        if (have < 4) return;
        packetBytes = take(4).readUInt32BE();
        if (packetBytes > maxBytes()) throw new RangeError(`a packet of ${packetBytes} bytes`);
      }
      if (have < packetBytes) return;
      const packet = take(packetBytes);
      packetBytes = undefined;
      onPacket(packet);
    }
  };
}
