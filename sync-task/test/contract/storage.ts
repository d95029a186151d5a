/**
 * The contract of `storage.ts`, run against every backend. A backend brings one function that opens a storage on a new,
 * empty place, and a way to arrange and inspect that place past the storage, so that a backend is never asked to vouch for
 * itself. A place with folders is a folder of this machine; a place with objects brings its own `Ground`.
 */
import type { ExecutionContext } from 'ava';
import type { Storage } from '../../src/storage/storage.ts';
import { draftCases } from './storage/drafts.ts';
import { folderCases } from './storage/folders.ts';
import { folderGround, type Ground } from './storage/ground.ts';
import { listingCases } from './storage/listing.ts';
import { pathCases } from './storage/paths.ts';
import { publishingCases } from './storage/publishing.ts';
import { readingCases } from './storage/reading.ts';

export type { Ground };

export interface OpenedStorage {
  /** Disposed by the suite. */
  readonly storage: Storage;
  readonly ground: Ground;
}

export interface OpenedFolder extends OpenedStorage {
  /**
   * The storage's root on local disk: exists, is empty, and stands alone in its parent folder, which the backend can reach
   * too where links lead there. Removed by whoever made it (`t.teardown`).
   */
  readonly root: string;
}

export function openedFolder(storage: Storage, root: string): OpenedFolder {
  return { storage, root, ground: folderGround(root) };
}

export interface ContractCase {
  readonly title: string;
  /** Left out where the place declares that it can't. */
  readonly needs?: 'readsDrafts' | 'draftsApart';
  run(t: ExecutionContext, place: OpenedStorage): Promise<void>;
}

export interface FolderCase {
  readonly title: string;
  run(t: ExecutionContext, place: OpenedFolder): Promise<void>;
}

/** `test` of ava, or `test.serial`. */
export type DeclareTest = (title: string, run: (t: ExecutionContext) => Promise<void>) => void;

const cases: readonly ContractCase[] = [
  ...listingCases,
  ...readingCases,
  ...draftCases,
  ...publishingCases,
  ...pathCases,
];

/** For a place with folders, links and names of bytes. */
export function storageContract(
  test: DeclareTest,
  name: string,
  open: (t: ExecutionContext) => Promise<OpenedFolder>,
): void {
  for (const { title, run } of [...cases, ...folderCases]) {
    test(`${name}: ${title}`, async (t) => {
      const place = await open(t);
      await using _closed = place.storage;
      await run(t, place);
    });
  }
}

/** For a place that keeps objects under names. */
export function objectStorageContract(
  test: DeclareTest,
  name: string,
  open: (t: ExecutionContext) => Promise<OpenedStorage>,
): void {
  for (const { title, needs, run } of cases) {
    test(`${name}: ${title}`, async (t) => {
      const place = await open(t);
      await using storage = place.storage;
      if (needs === undefined || storage.capabilities[needs]) await run(t, place);
      else {
        t.log(`${storage.label} declares that it has no ${needs}`);
        t.pass();
      }
    });
  }
}
