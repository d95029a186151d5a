/** A partner's feed: files of all sizes, some of which have an older version at the target, and what changes overnight. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { put } from '../../kit/folders.ts';
import type { Random } from './random.ts';

export interface Feed {
  readonly paths: readonly string[];
  /** Another day: a third of the files change, one vanishes, some come. */
  nextDay(): Promise<void>;
}

const SIZES = [0, 1, 100, 5_000, 32_768, 32_769, 300_000, 1_000_000, 3_000_000];
/** Enough to be unlike anything else; repeated up to the size. */
const PATTERN_BYTES = 1021;

/** Writes the files; the target gets an old version of every other one. Transforms are to apply to `*.txt`. */
export async function newFeed(random: Random, source: string, targets: readonly string[], files = 40): Promise<Feed> {
  const paths: string[] = [];
  let day = 1;

  async function write(path: string): Promise<void> {
    const mtime = `2024-03-${String(day).padStart(2, '0')}T${String(random.below(24)).padStart(2, '0')}:00:00Z`;
    await put(source, path, content(random, path), mtime);
  }
  async function add(): Promise<string> {
    const path = `d${random.below(4)}/${random.pick(['', 'e/', 'ü ü/'])}f${paths.length}.${random.pick(['bin', 'txt'])}`;
    paths.push(path);
    await write(path);
    return path;
  }

  for (let number = 0; number < files; number++) {
    const path = await add();
    if (number % 2 === 1) continue;
    const old = content(random, path);
    for (const target of targets) await put(target, path, old, '2023-01-01T00:00:00Z');
  }
  return {
    paths,
    async nextDay() {
      day++;
      for (const path of paths.filter(() => random.below(3) === 0)) await write(path);
      await rm(join(source, random.pick(paths)), { force: true });
      for (let number = 0; number < 3; number++) await add();
    },
  };
}

function content(random: Random, path: string): Buffer {
  const size = random.pick(SIZES) + (random.below(2) === 0 ? 0 : random.below(50));
  const pattern = random.bytes(PATTERN_BYTES);
  if (path.endsWith('.txt')) for (const [index, byte] of pattern.entries()) pattern[index] = 0x20 + (byte % 0x5f);
  return Buffer.alloc(size, pattern);
}
