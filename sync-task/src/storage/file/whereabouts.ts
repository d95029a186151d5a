/** Where a folder of this machine really lies: links resolved, and the folders above it by device and number. */
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Whereabouts } from '../storage.ts';

export async function whereaboutsOf(folder: string): Promise<Whereabouts> {
  const root = await realAsFarAsItStands(folder);
  const folders: (string | undefined)[] = [];
  for (let at = root; ; at = dirname(at)) {
    folders.push(await idOf(at));
    if (dirname(at) === at) return { server: '', root, folders };
  }
}

async function realAsFarAsItStands(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    // What is missing, or not to be looked at, has its name below what is.
    return dirname(folder) === folder ? folder : join(await realAsFarAsItStands(dirname(folder)), basename(folder));
  }
}

async function idOf(folder: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(folder, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
