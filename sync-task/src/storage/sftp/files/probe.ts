/** Proves the rights on a server with a hidden file, and finds out what the server does not announce. */
import { skewBetween } from '../../clock.ts';
import { probeName, tempName } from '../../draft-name.ts';
import { nameFeatures } from '../../name-features.ts';
import type { Storage, StorageProbe } from '../../storage.ts';
import type { SftpChannel } from '../protocol/channel.ts';
import { request } from '../protocol/packet.ts';
import { isStatus, missing, SftpStatus } from '../protocol/sftp-errors.ts';
import { remotePath } from './remote-path.ts';

export interface ProbePlan {
  readonly signal: AbortSignal;
  channel(): Promise<SftpChannel>;
  readonly root: Buffer;
  /** Tries more with this draft, which may be gone afterwards. */
  learn(name: string): Promise<void>;
}

/** Far from now, so that a server that keeps no times can't tell it by chance. */
const PROBED_MS = Date.UTC(2001, 8, 9);
/** FAT keeps even seconds. */
const COARSE_MS = 2000;

/** Only called for a target: a source is never written to. */
export async function probeServer(storage: Storage, plan: ProbePlan): Promise<StorageProbe> {
  const name = probeName();
  const path = name;
  const startMs = Date.now();
  const draft = await storage.draft(path, { name, mtimeMs: PROBED_MS, fsync: false, signal: plan.signal });
  let mtimeKept = false;
  let clockSkewMs: number | undefined;
  let caseSensitive: boolean | undefined;
  let newFileRights: number | undefined;
  try {
    // Its time is the server's own until `finish` sets one.
    const made = await storage.statDraft(path, name);
    if (made && made.mtimeMs > 0) clockSkewMs = skewBetween(made.mtimeMs, startMs, Date.now());
    await draft.write([Buffer.from('sync-task check\n')]);
    const finished = await draft.finish();
    mtimeKept = finished.mtimeKept && Math.abs(finished.mtimeMs - PROBED_MS) <= COARSE_MS;
    caseSensitive = await isCaseSensitive(await plan.channel(), plan.root, name);
    newFileRights = await rightsOf(await plan.channel(), remotePath(plan.root.toString(), tempName(name)));
    await plan.learn(name);
  } finally {
    await draft.discard();
  }
  const freeBytes = await knownFreeSpace({ pick: plan.channel }, plan.root);
  return { clockSkewMs, freeBytes, mtimeKept, newFileRights, features: nameFeatures(caseSensitive), notes: [] };
}

/** By the standing draft, under its name in capitals. */
async function isCaseSensitive(channel: SftpChannel, root: Buffer, name: string): Promise<boolean | undefined> {
  const capitals = remotePath(root.toString(), tempName(name).toUpperCase());
  try {
    await channel.attributes(request.lstat, [capitals]);
    return false;
  } catch (error) {
    if (isStatus(error, ...missing)) return true;
    if (error instanceof SftpStatus) return undefined; // the server does not tell
    throw error;
  }
}

/** `statvfs@openssh.com` (OpenSSH PROTOCOL section 4.4): bytes free for this login; undefined where not offered. */
export async function freeSpace(channel: SftpChannel, folder: Buffer): Promise<number | undefined> {
  if (!channel.extensions.has('statvfs@openssh.com')) return undefined;
  return channel.extended('statvfs@openssh.com', [folder], (reader) => {
    reader.uint64(); // f_bsize
    const fragmentBytes = reader.uint64();
    reader.uint64(); // f_blocks
    reader.uint64(); // f_bfree
    return fragmentBytes * reader.uint64();
  });
}

export async function knownFreeSpace(
  { pick }: { pick(): Promise<SftpChannel> },
  folder: Buffer,
): Promise<number | undefined> {
  return freeSpace(await pick(), folder).catch((error: unknown) => {
    if (error instanceof SftpStatus) return undefined; // the server does not tell
    throw error;
  });
}

/** Undefined where the server does not tell. */
export async function rightsOf(channel: SftpChannel, remote: Buffer): Promise<number | undefined> {
  try {
    const { mode } = await channel.attributes(request.lstat, [remote]);
    return mode === undefined ? undefined : mode & 0o777;
  } catch (error) {
    if (error instanceof SftpStatus) return undefined;
    throw error;
  }
}
