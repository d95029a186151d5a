/**
 * The contract of `storage.ts`, run against every backend. A backend brings one function that opens a storage on a new,
 * empty folder, and the same folder as a path of this machine: tests arrange and inspect with node:fs, so that a backend
 * is never asked to vouch for itself.
 */
import type { ExecutionContext } from 'ava';
import type { Storage } from '../../src/storage/storage.ts';
import { draftCases } from './storage/drafts.ts';
import { listingCases } from './storage/listing.ts';
import { pathCases } from './storage/paths.ts';
import { publishingCases } from './storage/publishing.ts';
import { readingCases } from './storage/reading.ts';

export interface OpenedStorage {
  /** Disposed by the suite. */
  readonly storage: Storage;
  /**
   * The storage's root on local disk: exists, is empty, and stands alone in its parent folder, which the backend can reach
   * too where links lead there. Removed by whoever made it (`t.teardown`).
   */
  readonly root: string;
}

export interface ContractCase {
  readonly title: string;
  run(t: ExecutionContext, place: OpenedStorage): Promise<void>;
}

/** `test` of ava, or `test.serial`. */
export type DeclareTest = (title: string, run: (t: ExecutionContext) => Promise<void>) => void;

export function storageContract(
  test: DeclareTest,
  name: string,
  open: (t: ExecutionContext) => Promise<OpenedStorage>,
  /** Cases that make no sense there, by title, each with the reason, which is printed. */
  leftOut: Readonly<Record<string, string>> = {},
): void {
  const cases = [...listingCases, ...readingCases, ...draftCases, ...publishingCases, ...pathCases];
  const unknown = Object.keys(leftOut).filter((title) => !cases.some((each) => each.title === title));
  if (unknown.length > 0) throw new Error(`no such cases: ${unknown.join('; ')}`);
  for (const { title, run } of cases) {
    test(`${name}: ${title}`, async (t) => {
      const reason = leftOut[title];
      if (reason !== undefined) {
        t.log(`left out: ${reason}`);
        t.pass();
        return;
      }
      const place = await open(t);
      await using _closed = place.storage;
      await run(t, place);
    });
  }
}
