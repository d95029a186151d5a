/** Tries with a hidden file what a run in place will do: make it, write it, set its time, close it, and write it again. */
import { asSyncError } from '../../base/errors.ts';
import { skewBetween } from '../clock.ts';
import type { Feature, InPlace, Storage, StorageProbe, StoredFile } from '../storage.ts';

/** Far from now, so that a server that keeps no times can't tell it by chance. */
const PROBED_MS = Date.UTC(2001, 8, 9);
/** FAT keeps even seconds. */
const COARSE_MS = 2000;

export async function probeInPlace(
  storage: Storage,
  place: InPlace,
  path: string,
  signal: AbortSignal,
): Promise<StorageProbe> {
  const notes: string[] = [];
  const write = async (text: string, onlyNew: boolean) => {
    const draft = await place.draft(path, { name: path, mtimeMs: PROBED_MS, fsync: false, onlyNew, signal });
    try {
      await draft.write([Buffer.from(text)]);
      return await draft.finish();
    } catch (error) {
      await draft.discard();
      throw error;
    }
  };
  const startMs = Date.now();
  let found: StoredFile | undefined;
  let mtimeKept = false;
  let clockSkewMs: number | undefined;
  let newFileRights: number | undefined;
  try {
    const made = await write('sync-task check\n', true);
    found = await storage.stat(path);
    const mtimeMs = found?.mtimeMs ?? made.mtimeMs;
    mtimeKept = made.mtimeKept && Math.abs(mtimeMs - PROBED_MS) <= COARSE_MS;
    if (!mtimeKept && mtimeMs > 0) clockSkewMs = skewBetween(mtimeMs, startMs, Date.now());
    newFileRights = found && (await storage.rights?.(path).catch(() => undefined)); // it may be taken away right now
    await write('sync-task\n', false);
  } finally {
    await place.remove(path).catch((error: unknown) => {
      notes.push(`the file of this check cannot be removed, ${path}: ${asSyncError(error).message}`);
    });
  }
  return {
    clockSkewMs,
    freeBytes: await place.freeBytes(),
    mtimeKept,
    newFileRights,
    features: [keepsFiles(found !== undefined)],
    notes,
  };
}

function keepsFiles(offered: boolean): Feature {
  return {
    name: 'keeps what is written',
    offered,
    cost: 'files are gone as soon as they are closed: each is recorded as taken away, and verify cannot look at it',
  };
}
