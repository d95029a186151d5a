/** File attributes to and from the wire. */
import type { Stats } from 'node:fs';
import {
  chmodSync,
  chownSync,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  futimesSync,
  truncateSync,
  utimesSync,
} from 'node:fs';
import type { Fields } from './wire.ts';

const flag = { size: 1, ownership: 2, permissions: 4, times: 8, extended: 0x80000000 } as const;
const LARGEST_TIME = 0xffffffff;

export interface Attributes {
  readonly size?: number;
  readonly ownership?: { readonly uid: number; readonly gid: number };
  readonly mode?: number;
  /** Seconds. */
  readonly times?: { readonly atime: number; readonly mtime: number };
}

export function encodeAttributes(
  stats: Stats,
  wrongSize: number,
  leftOut: readonly ('size' | 'mode' | 'times')[] = [],
): { readonly raw: Buffer } {
  const raw = Buffer.alloc(32);
  const tells = (part: 'size' | 'mode' | 'times') => !leftOut.includes(part);
  const size = stats.isFile() ? Math.max(0, stats.size + wrongSize) : stats.size;
  const flags = [
    tells('size') && flag.size,
    flag.ownership,
    tells('mode') && flag.permissions,
    tells('times') && flag.times,
  ];
  let at = raw.writeUInt32BE(
    flags.reduce<number>((sum, each) => sum | (each || 0), 0),
    0,
  );
  if (tells('size')) at = raw.writeBigUInt64BE(BigInt(size), at);
  at = raw.writeUInt32BE(stats.uid, at);
  at = raw.writeUInt32BE(stats.gid, at);
  if (tells('mode')) at = raw.writeUInt32BE(stats.mode, at);
  if (tells('times')) {
    at = raw.writeUInt32BE(seconds(stats.atimeMs), at);
    at = raw.writeUInt32BE(seconds(stats.mtimeMs), at);
  }
  return { raw: raw.subarray(0, at) };
}

function seconds(timeMs: number): number {
  return Math.min(Math.max(Math.floor(timeMs / 1000), 0), LARGEST_TIME);
}

export function decodeAttributes(fields: Fields): Attributes {
  const flags = fields.uint32();
  return {
    ...(flags & flag.size ? { size: fields.uint64() } : {}),
    ...(flags & flag.ownership ? { ownership: { uid: fields.uint32(), gid: fields.uint32() } } : {}),
    ...(flags & flag.permissions ? { mode: fields.uint32() } : {}),
    ...(flags & flag.times ? { times: { atime: fields.uint32(), mtime: fields.uint32() } } : {}),
  };
}

/** Applies what is given, to an open file or to a path. */
export function applyAttributes(file: number | Buffer, { size, ownership, mode, times }: Attributes): void {
  if (typeof file === 'number') {
    if (size !== undefined) ftruncateSync(file, size);
    if (mode !== undefined) fchmodSync(file, mode & 0o7777);
    if (times) futimesSync(file, times.atime, times.mtime);
    if (ownership) fchownSync(file, ownership.uid, ownership.gid);
    return;
  }
  if (size !== undefined) truncateSync(file, size);
  if (mode !== undefined) chmodSync(file, mode & 0o7777);
  if (times) utimesSync(file, times.atime, times.mtime);
  if (ownership) chownSync(file, ownership.uid, ownership.gid);
}
