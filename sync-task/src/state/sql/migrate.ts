/** Brings the tables up to date. Migrations are numbered, never change, and run once each. */
import { SyncError } from '../../base/errors.ts';
import type { Database, Dialect, Query } from './database.ts';
import { first } from './migrations/0001-first.ts';
import { runStatistics } from './migrations/0002-run-statistics.ts';
import { publishedPlaces } from './migrations/0003-published-places.ts';
import { work } from './migrations/0004-work.ts';
import { takenOver } from './migrations/0005-taken-over.ts';
import { rowKeys } from './migrations/0006-row-keys.ts';
import { lookUps } from './migrations/0007-look-ups.ts';
import { longPaths } from './migrations/0008-long-paths.ts';
import { places } from './migrations/0009-places.ts';
import { targetOwners } from './migrations/0010-target-owners.ts';
import { growth } from './migrations/0011-growth.ts';
import { knownTokens } from './migrations/0012-known-tokens.ts';

type Migration = (transaction: Query) => Promise<void>;

const statements =
  (of: (dialect: Dialect) => string[]): Migration =>
  async (transaction) => {
    for (const statement of of(transaction.dialect)) await transaction.query(statement);
  };

const migrations: readonly Migration[] = [
  statements(first),
  statements(runStatistics),
  statements(publishedPlaces),
  statements(work),
  statements(takenOver),
  statements(rowKeys),
  statements(lookUps),
  longPaths,
  statements(places),
  statements(targetOwners),
  statements(growth),
  statements(knownTokens),
];

/** The schema version of this program. */
export const newestMigration = migrations.length;

/** Any number of processes may call this at once. Throws `usage` where the database is newer than this program. */
export async function migrate(database: Database): Promise<void> {
  await database.exclusively(async (transaction) => {
    await transaction.query('CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL)');
    const [row] = await transaction.query('SELECT coalesce(max(number), 0) AS newest FROM migration');
    const newest: number = row?.['newest'];
    refuseNewer(database, newest);
    for (let number = newest + 1; number <= migrations.length; number++) {
      await migrations[number - 1]?.(transaction);
      await transaction.query(`INSERT INTO migration (number, at_ms) VALUES ($1, ${database.dialect.nowMs})`, [number]);
    }
  });
}

/** For readers: whether there are tables. Throws `usage` where they have another version than this program's. */
export async function hasTables(database: Database): Promise<boolean> {
  const [found] = await database.query(
    `SELECT count(*) AS tables FROM ${database.dialect.tables} WHERE name = 'migration'`,
  );
  if (!found?.['tables']) return false;
  const [row] = await database.query('SELECT coalesce(max(number), 0) AS newest FROM migration');
  const newest: number = row?.['newest'];
  refuseNewer(database, newest);
  if (newest === migrations.length || newest === 0) return newest > 0;
  throw new SyncError(
    `${database.label} was made by an older sync-task (its tables are at ${newest}, this program has ${migrations.length}), and looking at it changes nothing: the next run, or sync-task check, brings it up to date`,
    { kind: 'usage', reason: 'older-state' },
  );
}

function refuseNewer({ label }: Database, newest: number): void {
  if (newest <= migrations.length) return;
  throw new SyncError(
    `${label} was made by a newer sync-task (its tables are at ${newest}, this program knows ${migrations.length}): use the newer one`,
    { kind: 'usage', reason: 'newer-state' },
  );
}
