/** Trees of files to copy. Contents are random, so they do not compress. */
import { randomBytes, randomFillSync } from 'node:crypto';
import { closeSync, ftruncateSync, mkdirSync, openSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export type DataSpec =
  /** Files of one size, spread evenly over folders. */
  | { readonly kind: 'even'; readonly files: number; readonly fileBytes: number; readonly folders: number }
  /** One sparse file of zeros, which takes no room at its source. */
  | { readonly kind: 'sparse'; readonly fileBytes: number }
  /** The nth largest file has a nth of the largest one's size. */
  | { readonly kind: 'zipf'; readonly files: number; readonly largestBytes: number; readonly folders: number };

/** Age of all files: too old to be taken for files that still grow, even where the source does not report its clock. */
const AGE_MS = 48 * 3_600_000;
const POOL_BYTES = 4 * 1024 * 1024;
/** The least that a file costs a file system: a page and its metadata. */
const LEAST_FILE_BYTES = 8 * 1024;

export function fileCount(spec: DataSpec): number {
  return spec.kind === 'sparse' ? 1 : spec.files;
}

export function totalBytes(spec: DataSpec): number {
  return sizes(spec).reduce((sum, size) => sum + size, 0);
}

/** Bytes that the tree and this many copies of it need. */
export function neededBytes(spec: DataSpec, copies: number): number {
  const copy = sizes(spec).reduce((sum, size) => sum + Math.max(size, LEAST_FILE_BYTES), 0);
  return copy * (copies + (spec.kind === 'sparse' ? 0 : 1));
}

/** One Nth of it: fewer files, or a smaller file if there is only one. */
export function shrink(spec: DataSpec, divisor: number): DataSpec {
  const part = (value: number) => Math.max(1, Math.round(value / divisor));
  switch (spec.kind) {
    case 'even':
      return spec.files === 1
        ? { ...spec, fileBytes: part(spec.fileBytes) }
        : { ...spec, files: part(spec.files), folders: part(spec.folders) };
    case 'sparse':
      return { ...spec, fileBytes: part(spec.fileBytes) };
    case 'zipf':
      return { ...spec, files: part(spec.files), largestBytes: part(spec.largestBytes), folders: part(spec.folders) };
  }
}

/** Makes the tree in `folder`, which must not exist. */
export function makeData(spec: DataSpec, folder: string): void {
  mkdirSync(folder);
  const pool = randomBytes(POOL_BYTES);
  const time = new Date(Math.floor((Date.now() - AGE_MS) / 1000) * 1000);
  const folders = spec.kind === 'sparse' ? 1 : spec.folders;
  for (let number = 0; number < folders; number++) mkdirSync(join(folder, folderName(number)));
  for (const [index, size] of sizes(spec).entries()) {
    const path = join(folder, folderName(index % folders), `file-${index}.bin`);
    const file = openSync(path, 'wx');
    try {
      if (spec.kind === 'sparse') ftruncateSync(file, size);
      else writeRandom(file, size, pool);
    } finally {
      closeSync(file);
    }
    utimesSync(path, time, time);
  }
}

/** No two files are alike, and no file repeats itself: each piece starts with new random bytes. */
function writeRandom(file: number, size: number, pool: Buffer): void {
  for (let written = 0; written < size; written += POOL_BYTES) {
    const piece = pool.subarray(0, Math.min(POOL_BYTES, size - written));
    randomFillSync(piece, 0, Math.min(piece.length, 64 * 1024));
    writeSync(file, piece);
  }
}

function folderName(number: number): string {
  return `folder-${number}`;
}

function sizes(spec: DataSpec): readonly number[] {
  switch (spec.kind) {
    case 'even':
      return new Array<number>(spec.files).fill(spec.fileBytes);
    case 'sparse':
      return [spec.fileBytes];
    case 'zipf':
      return Array.from({ length: spec.files }, (_, index) => Math.max(1, Math.round(spec.largestBytes / (index + 1))));
  }
}
