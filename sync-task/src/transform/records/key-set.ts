/**
 * Remembers which keys were seen, any number of them, in bounded memory: in a table while they are few, beyond that in a SQLite
 * file on disk. A full table is added to that file in order. Most new keys need no look at the file: a filter knows that they are
 * not there.
 *
 * A key is remembered as the first 128 bits of its SHA-256. Among a billion keys, two are confused with a probability of 10^-21,
 * and nobody can construct such a pair.
 */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { BoundedFile } from '../transform.ts';
import { type FingerprintFilter, fingerprintFilter } from './fingerprint-filter.ts';
import { fingerprintTable } from './fingerprint-table.ts';

export interface KeySet extends Disposable {
  /** False where it was there already. */
  add(key: string): boolean;
  /** Makes room in memory; await it now and then. */
  settle(): Promise<void>;
}

/** This many need no share of the decoders' memory: 1 MiB. */
const FEW_KEYS = 40_000;
/** 16 MiB of table, and half of that more while it grows; as much for the filter, and what the file on disk takes. */
const SHARE_BYTES = 56 * 1024 ** 2;
const SHARE_KEYS = 600_000;
const KEYS_AT_ONCE = 10_000;

interface Disk {
  readonly filter: FingerprintFilter;
  readonly database: DatabaseSync;
  readonly insert: StatementSync;
  readonly find: StatementSync;
}

/** `file` and `name` say where the file on disk goes. It is used only where memory is not enough. */
export function keySet(
  file: Pick<BoundedFile, 'scratch' | 'takeMemory' | 'memoryBytes' | 'turn'>,
  name: string,
  { few = FEW_KEYS, shareBytes = SHARE_BYTES } = {},
): KeySet {
  const table = fingerprintTable();
  const words = new Uint32Array(4);
  const bytes = Buffer.alloc(16);
  let disk: Disk | undefined;
  let room = few;
  let giveBack: (() => void) | undefined;

  return {
    add(key) {
      // As text of one byte a character: a Buffer for each key would be far more garbage.
      bytes.write(hash('sha256', key, 'binary'), 0, 16, 'latin1');
      for (let index = 0; index < 4; index++) words[index] = bytes.readUInt32BE(index * 4);
      // All zeros is the table's empty slot.
      if (words.every((word) => word === 0)) words[3] = 1;
      if (disk?.filter.has(words) && !table.has(words) && disk.find.get(bytes) !== undefined) return false;
      return table.add(words);
    },
    async settle() {
      if (table.count < room) return;
      const bytes = Math.min(shareBytes, file.memoryBytes);
      if (giveBack === undefined) {
        giveBack = await file.takeMemory(bytes, 'the table of rows that were seen');
        room = Math.max(few, Math.floor((SHARE_KEYS * bytes) / SHARE_BYTES));
        if (table.count < room) return;
      }
      disk ??= openDisk(join(await file.scratch(), `${name}.db`), bytes);
      await store(disk, table.sorted(), file.turn);
      table.clear();
    },
    [Symbol.dispose]() {
      disk?.database.close();
      giveBack?.();
    },
  };
}

/** It lives as long as this process: nothing has to survive a crash. */
function openDisk(file: string, bytes: number): Disk {
  // Defensive mode would insist on a journal.
  const database = new DatabaseSync(file, { defensive: false });
  database.exec(`
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -${Math.floor(bytes / 7 / 1024)};
    CREATE TABLE keys (fingerprint BLOB PRIMARY KEY) WITHOUT ROWID;
  `);
  return {
    filter: fingerprintFilter(2 ** Math.floor(Math.log2(Math.max(65_536, 0.3 * bytes)))),
    database,
    insert: database.prepare('INSERT INTO keys VALUES (?)'),
    find: database.prepare('SELECT 1 FROM keys WHERE fingerprint = ?'),
  };
}

async function store(
  { database, insert, filter }: Disk,
  fingerprints: Iterable<Uint32Array>,
  turn: () => Promise<void>,
): Promise<void> {
  const bytes = Buffer.alloc(16);
  let stored = 0;
  database.exec('BEGIN');
  for (const words of fingerprints) {
    for (let index = 0; index < 4; index++) bytes.writeUInt32BE(words[index] as number, index * 4);
    insert.run(bytes);
    filter.add(words);
    // Other files are in transfer meanwhile.
    if (++stored % KEYS_AT_ONCE === 0) await turn();
  }
  database.exec('COMMIT');
}

/** Values of several columns as one key: no two lists of values give the same. */
export function keyOf(row: readonly string[], columns: readonly number[]): string {
  let key = '';
  for (const column of columns) {
    const value = row[column] as string;
    key += `${value.length}:${value}`;
  }
  return key;
}
