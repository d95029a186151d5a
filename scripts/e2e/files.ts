/** What the newcomer drops into the source, and the look at the target with a tool that is not ours. */
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './shell.ts';

export function put(root: string, path: string, content: string | Uint8Array, mtime?: Date): void {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  if (mtime) utimesSync(full, mtime, mtime);
}

/** Bytes that do not compress, so that nothing on the way can cheat. */
export function putLarge(root: string, path: string, bytes: number): void {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  const block = randomBytes(2 ** 20);
  const file = openSync(full, 'w');
  for (let at = 0; at < bytes; at += block.length) {
    block.writeUInt32BE(at / block.length);
    writeSync(file, block, 0, Math.min(block.length, bytes - at));
  }
  closeSync(file);
}

/** Every file below, relative, sorted. */
export function tree(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

/** Throws where a file of `source` is missing at `target` or differs in its content. Says how many were compared. */
export async function compare(source: string, target: string): Promise<void> {
  await run('rclone', ['check', '--config', '/dev/null', '--one-way', '--quiet', source, target]);
}
