/** Where reports stand: `PIPELINE/RUN/` below one folder. */
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SyncError } from '../../base/errors.ts';

const LONGEST_NAME = 200;

/** The name of a folder, different for any two names. Most names of runs stay as they are. */
export function folderName(name: string): string {
  const encoded = [...Buffer.from(name)]
    .map((byte, index) => {
      const character = String.fromCharCode(byte);
      const plain = /[\w.:+@~-]/.test(character) && !(index === 0 && character === '.');
      return plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
  if (encoded !== '' && encoded.length <= LONGEST_NAME) return encoded;
  return `${encoded.slice(0, 100)}%-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

/** Makes the run's folder. Throws `usage` where that cannot be. */
export async function makeReportFolder(root: string, pipeline: string, run: string): Promise<string> {
  const folder = join(root, folderName(pipeline), folderName(run));
  await explained(root, async () => {
    await mkdir(folder, { recursive: true });
    // Fails before a long transfer, not after it.
    const probe = join(folder, tempName('probe'));
    await writeFile(probe, '');
    await rm(probe);
  });
  return folder;
}

/** The whole file, or the one that stood there before. */
export function writeWhole(root: string, file: string, content: string): Promise<void> {
  return writeStreamed(root, file, (handle) => handle.writeFile(content));
}

export async function writeStreamed<T>(
  root: string,
  file: string,
  write: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const temp = join(file, '..', tempName('part'));
  return explained(root, async () => {
    try {
      const handle = await open(temp, 'wx', 0o644);
      let written: T;
      try {
        written = await write(handle);
      } finally {
        await handle.close();
      }
      await rename(temp, file);
      return written;
    } catch (error) {
      await rm(temp, { force: true });
      throw error;
    }
  });
}

function tempName(kind: string): string {
  return `.${kind}.${randomUUID()}.tmp`;
}

export async function explained<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined || error instanceof SyncError) throw error;
    throw new SyncError(
      `--report-dir: ${root} cannot be written (${code}); check the folder, its rights and its space`,
      {
        kind: 'usage',
        reason: 'report-unwritable',
        cause: error,
      },
    );
  }
}
