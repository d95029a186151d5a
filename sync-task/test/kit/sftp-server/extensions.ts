/** Extensions of OpenSSH (its PROTOCOL file, section 4) and `check-file-name`, and which of them are offered now. */
import { createHash } from 'node:crypto';
import { fsyncSync, linkSync, readFileSync, readSync, renameSync, statfsSync, writeSync } from 'node:fs';
import { MAX_PACKET_BYTES, PACKET_OVERHEAD_BYTES } from './file-requests.ts';
import { countPlaced } from './name-requests.ts';
import type { Faults } from './options.ts';
import type { Handlers } from './request-handlers.ts';
import { RequestRefused, status } from './status.ts';
import { answer, answerTypes, type Field } from './wire.ts';

const versions: Readonly<Record<string, string>> = {
  'posix-rename@openssh.com': '1',
  'hardlink@openssh.com': '1',
  'statvfs@openssh.com': '2',
  'fsync@openssh.com': '1',
  'limits@openssh.com': '1',
};

/** Name and version, as VERSION announces them. */
export function offeredExtensions(faults: Faults): ReadonlyMap<string, string> {
  if (faults.noExtensions) return new Map();
  const withheld = new Set([
    ...(faults.withoutPosixRename ? ['posix-rename@openssh.com'] : []),
    ...(faults.withoutHardlink ? ['hardlink@openssh.com'] : []),
    ...(faults.withoutFsync ? ['fsync@openssh.com'] : []),
    ...(faults.withoutLimits ? ['limits@openssh.com'] : []),
    ...(faults.withoutStatvfs ? ['statvfs@openssh.com'] : []),
  ]);
  const { checkFile } = faults;
  const announced = checkFile === 'adds-offset' ? 'versions' : 'check-file-name';
  return new Map([
    ...Object.entries(versions).filter(([name]) => !withheld.has(name)),
    ...(checkFile ? [[announced, '3'] as const] : []),
    ...(faults.copyData ? [['copy-data', '1'] as const] : []),
  ]);
}

export const extensionHandlers: Handlers = {
  'posix-rename@openssh.com'(fields, { paths, counters }) {
    const from = paths.own(fields.bytes());
    const to = paths.own(fields.bytes());
    renameSync(from, to);
    countPlaced(counters, to);
    return undefined;
  },

  'hardlink@openssh.com'(fields, { paths, faults, counters }) {
    const from = paths.own(fields.bytes());
    if (faults.refuseHardlink) throw new RequestRefused(status.unsupported);
    if (faults.ignoreHardlink) return undefined;
    const to = paths.own(fields.bytes());
    linkSync(from, to);
    countPlaced(counters, to);
    return undefined;
  },

  'fsync@openssh.com'(fields, { handles }) {
    fsyncSync(handles.file(fields.bytes()).fd);
    return undefined;
  },

  'limits@openssh.com'(_fields, { faults }) {
    const packetBytes = faults.maxPacketBytes ?? MAX_PACKET_BYTES;
    const dataBytes = BigInt(packetBytes - PACKET_OVERHEAD_BYTES);
    return answer(
      answerTypes.EXTENDED_REPLY,
      BigInt(packetBytes),
      dataBytes,
      dataBytes,
      BigInt(faults.maxOpenFiles ?? 1019),
    );
  },

  'statvfs@openssh.com'(fields, { paths, faults, counters }) {
    const { bsize, blocks, bfree, bavail, files, ffree } = statfsSync(paths.followed(fields.bytes()), { bigint: true });
    const room =
      faults.diskFullAfterBytes === undefined ? undefined : faults.diskFullAfterBytes - counters.bytesWritten;
    const free = room === undefined ? bavail : BigInt(Math.max(room, 0)) / bsize;
    const [systemId, flags, longestName] = [0n, 0n, 255n];
    const counts = [blocks, room === undefined ? bfree : free, free, files, ffree, ffree, systemId, flags, longestName];
    return answer(answerTypes.EXTENDED_REPLY, bsize, bsize, ...counts);
  },

  'copy-data'(fields, { handles, faults: { copyData } }) {
    if (!copyData || copyData === 'unknown') throw new RequestRefused(status.unsupported);
    const from = handles.file(fields.bytes()).fd;
    const [offset, length] = [fields.uint64(), fields.uint64()];
    const to = handles.file(fields.bytes()).fd;
    const content = Buffer.alloc(length);
    if (readSync(from, content, 0, length, offset) < length) throw new RequestRefused(status.eof);
    if (copyData === 'corrupts') content[0] = ~(content[0] ?? 0) & 0xff;
    writeSync(to, content, 0, length, fields.uint64());
    return undefined;
  },

  'check-file-name'(fields, { paths, faults: { checkFile } }) {
    if (!checkFile) throw new RequestRefused(status.unsupported);
    const content = readFileSync(paths.own(fields.bytes()));
    fields.bytes(); // the algorithms that the client knows
    const [offset, length, blockBytes] = [fields.uint64(), fields.uint64(), fields.uint32()];
    if (offset >= content.length) throw new RequestRefused(status.failure);
    const wanted = checkFile === 'adds-offset' ? offset + length : length;
    const end = length === 0 ? content.length : Math.min(offset + wanted, content.length);
    const algorithm = checkFile === 'md5' ? 'md5' : 'sha256';
    const hashes: Field[] = [];
    for (let at = offset; at < end; at += blockBytes || end) {
      const block = content.subarray(at, Math.min(at + (blockBytes || end), end));
      const hash = createHash(algorithm).update(block).digest();
      hashes.push(checkFile === 'prefixed' ? hash : { raw: hash });
    }
    const name = checkFile === 'prefixed' ? [Buffer.from('check-file')] : [];
    return answer(answerTypes.EXTENDED_REPLY, ...name, Buffer.from(algorithm), ...hashes);
  },
};
