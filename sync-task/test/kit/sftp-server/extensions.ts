/** Extensions of OpenSSH (its PROTOCOL file, section 4), and which of them are offered now. */
import { fsyncSync, renameSync, statfsSync } from 'node:fs';
import { MAX_PACKET_BYTES, PACKET_OVERHEAD_BYTES } from './file-requests.ts';
import type { Faults } from './options.ts';
import type { Handlers } from './request-handlers.ts';
import { answer, answerTypes } from './wire.ts';

const versions: Readonly<Record<string, string>> = {
  'posix-rename@openssh.com': '1',
  'statvfs@openssh.com': '2',
  'fsync@openssh.com': '1',
  'limits@openssh.com': '1',
};

/** Name and version, as VERSION announces them. */
export function offeredExtensions(faults: Faults): ReadonlyMap<string, string> {
  if (faults.noExtensions) return new Map();
  const withheld = new Set([
    ...(faults.withoutPosixRename ? ['posix-rename@openssh.com'] : []),
    ...(faults.withoutFsync ? ['fsync@openssh.com'] : []),
    ...(faults.withoutLimits ? ['limits@openssh.com'] : []),
    ...(faults.withoutStatvfs ? ['statvfs@openssh.com'] : []),
  ]);
  return new Map(Object.entries(versions).filter(([name]) => !withheld.has(name)));
}

export const extensionHandlers: Handlers = {
  'posix-rename@openssh.com'(fields, { paths }) {
    const from = paths.own(fields.bytes());
    renameSync(from, paths.own(fields.bytes()));
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
};
