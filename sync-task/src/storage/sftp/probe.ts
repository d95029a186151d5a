/** Proves the rights on a server with a hidden file, and tells what the server lacks and what that costs. */
import { SyncError } from '../../errors.ts';
import { skewBetween } from '../clock.ts';
import { probeName } from '../draft-name.ts';
import type { Storage, StorageProbe } from '../storage.ts';
import type { SftpChannel } from './channel.ts';

export interface ProbePlan {
  readonly signal: AbortSignal;
  channel(): Promise<SftpChannel>;
  readonly root: Buffer;
  readonly extensions: ReadonlyMap<string, string>;
}

const costs: Readonly<Record<string, string>> = {
  'posix-rename@openssh.com':
    'no posix-rename: an old file is moved aside for an instant before the new one takes its place, so a reader may find none',
  'fsync@openssh.com':
    'no fsync: after a power loss at the server, files written last may be lost although they were acknowledged',
  'limits@openssh.com': 'no limits: requests carry 32 KiB, and reads are not closed ahead, so transfers are slower',
};

/** Only called for a target: a source is never written to. */
export async function probeServer(storage: Storage, plan: ProbePlan): Promise<StorageProbe> {
  const name = probeName();
  const path = name;
  const startMs = Date.now();
  const draft = await storage.draft(path, { name, mtimeMs: Date.now(), fsync: false, signal: plan.signal });
  let mtimeKept = false;
  let clockSkewMs: number | undefined;
  try {
    // Its time is the server's own until `finish` sets one.
    const made = await storage.statDraft(path, name);
    if (made && made.mtimeMs > 0) clockSkewMs = skewBetween(made.mtimeMs, startMs, Date.now());
    await draft.write([Buffer.from('sync-task check\n')]);
    mtimeKept = (await draft.finish()).mtimeKept;
  } finally {
    await draft.discard();
  }
  const notes = Object.entries(costs).flatMap(([extension, cost]) => (plan.extensions.has(extension) ? [] : [cost]));
  if (!mtimeKept) notes.push('modification times cannot be set: files at the target carry the time of the copy');
  const freeBytes = await freeSpace(await plan.channel(), plan.root).catch((error: unknown) => {
    if (error instanceof SyncError) throw error;
    return undefined; // the server does not tell
  });
  return { clockSkewMs, freeBytes, notes };
}

/** `statvfs@openssh.com` (OpenSSH PROTOCOL section 4.4): bytes free for this login; undefined where not offered. */
export async function freeSpace(channel: SftpChannel, folder: Buffer): Promise<number | undefined> {
  if (!channel.extensions.has('statvfs@openssh.com')) return undefined;
  const reader = await channel.extended('statvfs@openssh.com', [folder]);
  reader.uint64(); // f_bsize
  const fragmentBytes = reader.uint64();
  reader.uint64(); // f_blocks
  reader.uint64(); // f_bfree
  return fragmentBytes * reader.uint64();
}
