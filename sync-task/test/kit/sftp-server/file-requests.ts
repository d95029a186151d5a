/**
 * Requests on handles. All calls are synchronous and positional: requests are carried out in the order in which they
 * came, as a server must on one handle, and nothing is faster on a local disk.
 */
import { constants, fstatSync, lstatSync, opendirSync, openSync, readSync, type Stats, writeSync } from 'node:fs';
import { applyAttributes, decodeAttributes, encodeAttributes } from './attributes.ts';
import type { FolderHandle } from './handles.ts';
import type { Faults } from './options.ts';
import type { Handlers, SessionContext } from './request-handlers.ts';
import { RequestRefused, status } from './status.ts';
import { answer, answerTypes, DATA_OFFSET, dataAnswer, type Field } from './wire.ts';

const openFlag = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;
const NAMES_PER_PAGE = 100;
/** OpenSSH's own limits. */
export const MAX_PACKET_BYTES = 256 * 1024;
export const PACKET_OVERHEAD_BYTES = 1024;

export const fileHandlers: Handlers = {
  OPEN(fields, { paths, handles, faults }) {
    const path = paths.followed(fields.bytes());
    const flags = systemFlags(fields.uint32());
    const { mode } = decodeAttributes(fields);
    handles.assertRoom();
    const writes = (flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0;
    const stood = (flags & (constants.O_CREAT | constants.O_TRUNC)) === 0;
    if (faults.goesOnNever === 'OPEN' && writes && stood) throw new RequestRefused(status.permissionDenied);
    const fd = openSync(path, flags, (mode ?? 0o666) & 0o7777);
    return answer(answerTypes.HANDLE, handles.add({ kind: 'file', fd, writes, stood }));
  },

  CLOSE(fields, { handles, faults }) {
    const name = fields.bytes();
    if (faults.timeOfClosing) handles.touch(name);
    handles.close(name);
    return undefined;
  },

  READ(fields, { handles, counters, faults }) {
    const { fd } = handles.file(fields.bytes());
    const offset = fields.uint64();
    const most = (faults.maxPacketBytes ?? MAX_PACKET_BYTES) - PACKET_OVERHEAD_BYTES;
    const bytes = Math.min(fields.uint32(), most, faults.shortReads ?? most);
    const packet = Buffer.allocUnsafe(DATA_OFFSET + bytes);
    const got = readSync(fd, packet, DATA_OFFSET, bytes, offset);
    if (got === 0) throw new RequestRefused(status.eof);
    counters.bytesRead += got;
    return dataAnswer(packet, got);
  },

  WRITE(fields, context) {
    const { fd, stood } = context.handles.file(fields.bytes());
    const offset = fields.uint64();
    if (context.faults.goesOnNever === 'WRITE' && stood) throw new RequestRefused(status.failure);
    const data = fields.bytes();
    const room = (context.faults.diskFullAfterBytes ?? Number.POSITIVE_INFINITY) - context.counters.bytesWritten;
    writeAll(fd, corrupted(data, offset, context.faults).subarray(0, Math.max(room, 0)), offset, context);
    if (data.length > room) throw new RequestRefused(status.failure); // all that OpenSSH says of a full disk
    return undefined;
  },

  FSTAT(fields, { handles, faults }) {
    return attributesAnswer(fstatSync(handles.file(fields.bytes()).fd), faults, faults.leavesOut?.FSTAT ?? []);
  },

  FSETSTAT(fields, { handles, faults }) {
    const { fd } = handles.file(fields.bytes());
    if (faults.refuseSetstat || faults.refuseFsetstat) throw new RequestRefused(status.permissionDenied);
    if (!faults.ignoreSetstat) applyAttributes(fd, decodeAttributes(fields));
    return undefined;
  },

  OPENDIR(fields, { paths, handles }) {
    const path = paths.followed(fields.bytes());
    handles.assertRoom();
    // Node's types know no Buffer here, but that is what `encoding: 'buffer'` makes of a name.
    const dir = opendirSync(path as unknown as string, { encoding: 'buffer' as BufferEncoding });
    return answer(answerTypes.HANDLE, handles.add({ kind: 'folder', dir, path, dots: ['.', '..'] }));
  },

  READDIR(fields, { handles, faults, paths }) {
    const folder = handles.folder(fields.bytes());
    const names: Field[] = [];
    if (faults.inventedNames && folder.dots.length === 2 && paths.own(Buffer.from('/')).equals(folder.path)) {
      for (const name of faults.inventedNames) names.push(name, name, inventedFile);
    }
    for (let count = 0; count < NAMES_PER_PAGE; ) {
      const name = nextName(folder);
      if (name === undefined) break;
      const stats = lstatSync(Buffer.concat([folder.path, Buffer.from('/'), name]), { throwIfNoEntry: false });
      if (!stats) continue; // vanished meanwhile
      const leftOut = faults.leavesOut?.READDIR ?? [];
      const line = leftOut.includes('mode') ? name : longName(name, stats);
      const told = [name, line, encodeAttributes(stats, faults.wrongSizeInStat ?? 0, leftOut)];
      names.push(...told, ...(faults.tellsTwice ? told : []));
      count++;
    }
    if (names.length === 0) throw new RequestRefused(status.eof);
    return answer(answerTypes.NAME, names.length / 3, ...names);
  },
};

/** Size, permissions and times of a plain file of one byte. */
const inventedFile = { raw: Buffer.from('0000000d0000000000000001000081a40000000000000000', 'hex') };

export function attributesAnswer(stats: Stats, faults: Faults, leftOut = faults.leavesOut?.LSTAT): Buffer {
  return answer(answerTypes.ATTRS, encodeAttributes(stats, faults.wrongSizeInStat ?? 0, leftOut));
}

/** Non-blocking, because a FIFO would hold up the whole process. */
function systemFlags(flags: number): number {
  const both = openFlag.read | openFlag.write;
  let system = constants.O_NONBLOCK | constants.O_NOCTTY;
  if ((flags & both) === both) system |= constants.O_RDWR;
  else if (flags & openFlag.write) system |= constants.O_WRONLY;
  if (flags & openFlag.append) system |= constants.O_APPEND;
  if (flags & openFlag.create) system |= constants.O_CREAT;
  if (flags & openFlag.truncate) system |= constants.O_TRUNC;
  if (flags & openFlag.exclusive) system |= constants.O_EXCL;
  return system;
}

function writeAll(fd: number, data: Buffer, offset: number, { counters }: SessionContext): void {
  for (let written = 0; written < data.length; ) {
    const bytes = writeSync(fd, data, written, data.length - written, offset + written);
    written += bytes;
    counters.bytesWritten += bytes;
  }
}

function corrupted(data: Buffer, offset: number, { corruptByteAt }: Faults): Buffer {
  if (corruptByteAt === undefined || corruptByteAt < offset || corruptByteAt >= offset + data.length) return data;
  const copy = Buffer.from(data);
  copy[corruptByteAt - offset] = ~(copy[corruptByteAt - offset] ?? 0) & 0xff;
  return copy;
}

function nextName(folder: FolderHandle): Buffer | undefined {
  const [dot, ...dots] = folder.dots;
  folder.dots = dots;
  if (dot !== undefined) return Buffer.from(dot);
  return folder.dir.readSync()?.name as unknown as Buffer | undefined;
}

/** The line for people, in the form of `ls -l`. */
function longName(name: Buffer, stats: Stats): Buffer {
  const kind = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : '-';
  const rights = Array.from('rwxrwxrwx', (letter, bit) => (stats.mode & (0o400 >> bit) ? letter : '-')).join('');
  const when = stats.mtime.toISOString().slice(0, 16).replace('T', ' ');
  return Buffer.concat([
    Buffer.from(`${kind}${rights} ${stats.nlink} ${stats.uid} ${stats.gid} ${stats.size} ${when} `),
    name,
  ]);
}
