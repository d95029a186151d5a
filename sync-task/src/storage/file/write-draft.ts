/**
 * Writes a draft. One write is under way while the caller prepares the next; a failure of it shows in the next call, or
 * in `finish` at the latest.
 */
import { constants } from 'node:fs';
import { copyFile, type FileHandle, lstat, open, rename, truncate, unlink } from 'node:fs/promises';
import type { Chunk } from '../../base/model.ts';
import { draftExists, sizeDiffers } from '../draft-errors.ts';
import { tempName } from '../draft-name.ts';
import { baseOf, checkPath, joinPath, parentOf } from '../paths.ts';
import { existsAlready, notAFile } from '../standing.ts';
import type { Draft, DraftOptions, FinishedDraft } from '../storage.ts';
import { explained, explainFileError, isCode, isMissing } from './file-error.ts';
import { isKept, setMtime, versionOf } from './file-version.ts';
import type { Folders } from './folders.ts';

const CREATE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Not through a link, and not waiting for the reader of a pipe. */
const OVER_FLAGS =
  constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const RESUME_FLAGS = constants.O_WRONLY | constants.O_NOFOLLOW;
/** Less whatever the umask takes away. */
const CREATE_MODE = 0o666;

/** @param how `in-place`: under the file's own name, in place of what stands there */
export async function startDraft(
  folders: Folders,
  path: string,
  options: DraftOptions,
  how: 'hidden' | 'in-place' = 'hidden',
): Promise<Draft> {
  checkPath(path);
  options.signal.throwIfAborted();
  const operation = { label: folders.label, path, what: 'write', neededBytes: options.expectedBytes };
  const folder = await folders.ensure(parentOf(path));
  const temp = joinPath(folder, how === 'hidden' ? tempName(options.name) : baseOf(path));
  const file = await openFile();
  let writing: Promise<void> = Promise.resolve();
  let written = options.resume?.offset ?? 0;
  let stored = written;
  let closed = false;

  async function openFile(): Promise<FileHandle> {
    const { resume } = options;
    if (how === 'in-place') return explained(operation, openInPlace);
    if (!resume) return createFile(temp);
    return explained(operation, async () => {
      await options.mayWrite?.();
      const old = joinPath(folder, tempName(resume.draft));
      if (resume.draft !== options.name && !(await cloned(old, temp, resume.offset))) await rename(old, temp);
      return open(temp, RESUME_FLAGS);
    });
  }

  async function createFile(name: string): Promise<FileHandle> {
    try {
      return await open(name, CREATE_FLAGS, CREATE_MODE);
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw explainFileError(error, operation);
      throw draftExists(folders.label, path, options.name, error);
    }
  }

  async function openInPlace(): Promise<FileHandle> {
    await options.mayWrite?.();
    if (options.onlyNew) {
      return open(temp, CREATE_FLAGS, CREATE_MODE).catch((error: unknown) => {
        throw isCode(error, 'EEXIST') ? existsAlready(folders.label, path, error) : error;
      });
    }
    const standing = await lstat(temp).catch(ignoreMissing);
    if (standing && !standing.isFile()) {
      const kind = standing.isDirectory() ? 'folder' : standing.isSymbolicLink() ? 'link' : 'special';
      throw notAFile(folders.label, path, kind);
    }
    return open(temp, OVER_FLAGS, CREATE_MODE);
  }

  /** In place what stands there is removed only where it is certainly the file that is being written. */
  async function isOurs(): Promise<boolean> {
    if (closed) return false;
    await options.mayWrite?.();
    const [own, standing] = [await file.stat(), await lstat(temp).catch(ignoreMissing)];
    return standing?.ino === own.ino && standing.dev === own.dev;
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    await file.close();
  }

  async function complete(): Promise<FinishedDraft> {
    const timesSet = await setMtime(file, options.mtimeMs);
    if (options.fsync) await file.sync(); // after the time, so that it is on disk too
    const { size, mtimeMs } = versionOf(await file.stat());
    await close(); // network file systems report a full disk here
    if (size !== written) throw sizeDiffers(folders.label, path, size, written);
    return { size, mtimeMs, mtimeKept: timesSet && isKept(options.mtimeMs, mtimeMs) };
  }

  return {
    takesAtOnce: false,

    async write(chunk) {
      await writing;
      options.signal.throwIfAborted();
      writing = explained(operation, async () => {
        await options.mayWrite?.();
        written += await writeFully(file, chunk, written);
        stored = written;
      });
      writing.catch(() => undefined); // heard by the next call
    },

    get storedBytes() {
      return stored;
    },

    async flush() {
      if (options.fsync) await explained(operation, () => file.datasync());
    },

    async leave() {
      await writing.catch(() => undefined); // the writer was told, or does not care
      await close().catch(() => undefined); // nothing that counts is lost: what is stored is acknowledged
    },

    async finish() {
      await writing;
      options.signal.throwIfAborted();
      await options.mayWrite?.();
      return explained(operation, complete);
    },

    async discard() {
      await writing.catch(() => undefined); // the writer was told, or does not care
      await explained({ ...operation, what: 'discard' }, async () => {
        let isRemoved = how === 'hidden';
        try {
          isRemoved ||= await isOurs();
          await close();
        } finally {
          await close().catch(() => undefined); // what went wrong before says more
          if (isRemoved) await unlink(temp).catch(ignoreMissing);
        }
      });
    },
  };
}

/**
 * Where the file system shares blocks, the stored part becomes a file of its own: a frozen worker that still has the old one
 * open can't reach it. False where it does not.
 */
async function cloned(from: string, to: string, bytes: number): Promise<boolean> {
  const flags = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE;
  try {
    await copyFile(from, to, flags);
    await truncate(to, bytes);
  } catch (error) {
    if (isMissing(error) || isCode(error, 'EEXIST')) throw error;
    await unlink(to).catch(ignoreMissing);
    return false;
  }
  await unlink(from);
  return true;
}

function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}

/** Writes every piece; the system may take fewer bytes than offered. Returns how many there were. */
async function writeFully(file: FileHandle, chunk: Chunk, start: number): Promise<number> {
  let pieces: readonly Uint8Array[] = chunk;
  let total = 0;
  while (pieces.length > 0) {
    const { bytesWritten } = await file.writev(pieces, start + total);
    total += bytesWritten;
    pieces = without(pieces, bytesWritten);
  }
  return total;
}

function without(pieces: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let left = bytes;
  for (const [index, piece] of pieces.entries()) {
    if (left < piece.length)
      return left === 0 ? pieces.slice(index) : [piece.subarray(left), ...pieces.slice(index + 1)];
    left -= piece.length;
  }
  return [];
}
