/**
 * Reads one version of a file: what is not exactly the version expected throws `changed`, at the end at the latest.
 * While the reader works on one buffer, the next is being filled.
 */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { SyncError } from '../../base/errors.ts';
import type { Chunk, FileVersion } from '../../base/model.ts';
import { notAsListed, vanished } from '../changed-source.ts';
import { tempName } from '../draft-name.ts';
import { baseOf, checkPath, joinPath, parentOf } from '../paths.ts';
import type { ReadOptions } from '../storage.ts';
import { explained, explainFileError, isCode, isMissing } from './file-error.ts';
import { versionOf } from './file-version.ts';
import type { Folders } from './folders.ts';

export const READ_BYTES = 256 * 1024;

/** Non-blocking, because opening a FIFO would wait for a writer, and hold one of Node's few file threads until then. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export async function* readFile(folders: Folders, path: string, options: ReadOptions): AsyncGenerator<Chunk> {
  checkPath(path);
  options.signal.throwIfAborted();
  const { label } = folders;
  const { expected, signal } = options;
  await using file = await openFile(folders, path, options.draft);
  const before = await statFile(file, label, path);
  assertSame(before, expected);

  const operation = { label, path, what: 'read' };
  let position = options.start;
  const fill = () => {
    const filled = explained(operation, () =>
      readFully(file, position, Math.min(READ_BYTES, expected.size - position)),
    );
    filled.catch(() => undefined); // heard below, or the reader has left
    return filled;
  };
  let ahead = position < expected.size ? fill() : undefined;
  try {
    while (ahead) {
      const buffer = await ahead;
      signal.throwIfAborted();
      if (buffer === undefined) throw changed(`it ended before byte ${expected.size}`);
      position += buffer.length;
      ahead = position < expected.size ? fill() : undefined;
      yield [buffer];
    }
  } finally {
    await ahead?.catch(() => undefined); // the file must not be closed under it
  }
  const after = await statFile(file, label, path);
  assertSame(after, expected);
  if (after.mtimeMs !== before.mtimeMs) throw changed('it was written to');

  function assertSame(stats: Stats, wanted: FileVersion): void {
    const now = versionOf(stats);
    if (!stats.isFile()) throw changed('it is no file any more');
    if (now.size !== wanted.size) throw changed(`it has ${now.size} bytes, not ${wanted.size}`);
    if (options.draft === undefined && now.mtimeMs !== wanted.mtimeMs) throw changed('its modification time differs');
  }
  function changed(how: string): SyncError {
    return notAsListed(label, path, how);
  }
}

async function openFile(folders: Folders, path: string, draft: string | undefined): Promise<FileHandle> {
  const { label } = folders;
  const folder = await folders.find(parentOf(path));
  if (folder === undefined) throw vanished(label, path);
  try {
    return await open(joinPath(folder, draft === undefined ? baseOf(path) : tempName(draft)), READ_FLAGS);
  } catch (error) {
    if (isMissing(error)) throw vanished(label, path, error);
    if (isCode(error, 'ELOOP', 'ENXIO')) throw notAsListed(label, path, 'it is no file any more', error);
    throw explainFileError(error, { label, path, what: 'read' });
  }
}

function statFile(file: FileHandle, label: string, path: string): Promise<Stats> {
  return explained({ label, path, what: 'look at' }, () => file.stat());
}

/** A buffer of its own, because the caller may keep and change it; `undefined` where the file is too short. */
async function readFully(file: FileHandle, position: number, bytes: number): Promise<Buffer | undefined> {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  for (let got = 0; got < bytes; ) {
    const { bytesRead } = await file.read(buffer, got, bytes - got, position + got);
    if (bytesRead === 0) return undefined;
    got += bytesRead;
  }
  return buffer;
}
