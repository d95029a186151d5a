/**
 * SFTP version 3 on the wire: numbers, packets, attributes.
 * Sources: draft-ietf-secsh-filexfer-02, and OpenSSH's PROTOCOL file for the `@openssh.com` extensions.
 */

export const request = {
  init: 1,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  extended: 200,
} as const;

export const reply = { version: 2, status: 101, handle: 102, data: 103, name: 104, attrs: 105, extended: 201 } as const;

/** Codes above 8 are from later drafts; servers that speak version 3 send some of them all the same. */
export const status = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  noConnection: 6,
  connectionLost: 7,
  unsupported: 8,
  noSuchPath: 10,
  alreadyExists: 11,
  writeProtected: 12,
  noSpace: 14,
  quotaExceeded: 15,
} as const;

export const openFlag = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;

const attributeFlag = { size: 1, ownership: 2, permissions: 4, times: 8, extended: 0x80000000 } as const;

/** A field of a request: uint32, uint64, or a string with its length before it. `raw` bytes have no length. */
export type Field = number | bigint | Buffer | { readonly raw: Buffer };

/** A whole packet, but for `trailing` payload bytes that the caller sends right behind it. */
export function encodePacket(type: number, id: number | undefined, fields: readonly Field[], trailing = 0): Buffer {
  let length = 1 + (id === undefined ? 0 : 4);
  for (const field of fields) {
    if (typeof field === 'number') length += 4;
    else if (typeof field === 'bigint') length += 8;
    else length += Buffer.isBuffer(field) ? 4 + field.length : field.raw.length;
  }
  const packet = Buffer.allocUnsafe(4 + length);
  let at = packet.writeUInt32BE(length + trailing, 0);
  at = packet.writeUInt8(type, at);
  if (id !== undefined) at = packet.writeUInt32BE(id, at);
  for (const field of fields) {
    if (typeof field === 'number') at = packet.writeUInt32BE(field, at);
    else if (typeof field === 'bigint') at = packet.writeBigUInt64BE(field, at);
    else if (Buffer.isBuffer(field)) {
      at = packet.writeUInt32BE(field.length, at);
      at += field.copy(packet, at);
    } else at += field.raw.copy(packet, at);
  }
  return packet;
}

/** Attributes as a server sends them; what it left out is undefined. */
export interface Attributes {
  readonly size: number | undefined;
  /** File type and rights, as in `st_mode`. */
  readonly mode: number | undefined;
  readonly atimeMs: number | undefined;
  readonly mtimeMs: number | undefined;
}

/** Sets both times (version 3 has no way to set one), in whole seconds. */
export function timesAttribute(mtimeMs: number): { readonly raw: Buffer } {
  const seconds = wholeSeconds(mtimeMs);
  const raw = Buffer.allocUnsafe(12);
  raw.writeUInt32BE(attributeFlag.times, 0);
  raw.writeUInt32BE(seconds, 4);
  raw.writeUInt32BE(seconds, 8);
  return { raw };
}

/** As a time goes over the wire. */
export function wholeSeconds(timeMs: number): number {
  return Math.min(Math.max(Math.floor(timeMs / 1000), 0), 0xffffffff);
}

export const noAttributes: { readonly raw: Buffer } = { raw: Buffer.alloc(4) };

/** Reads fields off a reply, one after the other. Throws a RangeError where the packet is shorter than it says. */
export class FieldReader {
  readonly #payload: Buffer;
  #at = 0;

  constructor(payload: Buffer) {
    this.#payload = payload;
  }

  get left(): number {
    return this.#payload.length - this.#at;
  }

  uint32(): number {
    const value = this.#payload.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  uint64(): number {
    const value = Number(this.#payload.readBigUInt64BE(this.#at));
    this.#at += 8;
    return value;
  }

  /** A view, not a copy. */
  bytes(): Buffer {
    return this.raw(this.uint32());
  }

  /** So many bytes, without a length before them; a view too. */
  raw(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#payload.length) throw new RangeError(`string of ${length} bytes in a shorter packet`);
    const view = this.#payload.subarray(this.#at, end);
    this.#at = end;
    return view;
  }

  attributes(): Attributes {
    const flags = this.uint32();
    const size = flags & attributeFlag.size ? this.uint64() : undefined;
    if (flags & attributeFlag.ownership) this.#at += 8;
    const mode = flags & attributeFlag.permissions ? this.uint32() : undefined;
    let atimeMs: number | undefined;
    let mtimeMs: number | undefined;
    if (flags & attributeFlag.times) {
      atimeMs = this.uint32() * 1000;
      mtimeMs = this.uint32() * 1000;
    }
    if (flags & attributeFlag.extended) {
      for (let pairs = this.uint32(); pairs > 0; pairs--) {
        this.bytes();
        this.bytes();
      }
    }
    return { size, mode, atimeMs, mtimeMs };
  }
}
