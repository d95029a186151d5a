/** Where the trees are: in memory if there is room, so that no disk is measured, else in the system's temporary folder. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type PlaceKind = 'memory' | 'disk';

export interface Place {
  readonly kind: PlaceKind;
  readonly folder: string;
}

export interface Places extends AsyncDisposable {
  /** A folder on disk, for keys, states and the contestants' output. */
  readonly scratch: string;
  /** For trees of this many bytes altogether. Throws if neither memory nor disk has the room. */
  dataPlace(bytes: number): Promise<Place>;
}

const MEMORY = '/dev/shm';
/** Left for everything else: the contestants, the servers, the page cache. */
const SPARE_BYTES = 3 * 1024 ** 3;

export async function openPlaces(): Promise<Places> {
  const scratch = await mkdtemp(join(tmpdir(), 'sync-task-bench-'));
  const memory = existsSync(MEMORY) ? await mkdtemp(join(MEMORY, 'sync-task-bench-')) : undefined;
  return {
    scratch,
    async dataPlace(bytes) {
      if (memory && Math.min(await freeBytes(MEMORY), availableMemoryBytes()) > bytes + SPARE_BYTES) {
        return { kind: 'memory', folder: memory };
      }
      if ((await freeBytes(scratch)) > bytes + SPARE_BYTES) return { kind: 'disk', folder: scratch };
      const gib = (bytes / 1024 ** 3).toFixed(1);
      throw new Error(`neither ${MEMORY} nor ${tmpdir()} has ${gib} GiB to spare`);
    },
    async [Symbol.asyncDispose]() {
      for (const folder of [scratch, memory]) if (folder) removeTree(folder);
    },
  };
}

/** Much faster than Node's own with 100,000 files. */
export function removeTree(folder: string): void {
  execFileSync('rm', ['-rf', '--one-file-system', folder]);
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function availableMemoryBytes(): number {
  const kib = readFileSync('/proc/meminfo', 'utf8').match(/^MemAvailable:\s+(\d+)/m)?.[1];
  return Number(kib ?? 0) * 1024;
}
