/** Keeping and giving back claims. */
import type { Database } from '../database.ts';

/** The owner of a claim that was given back and is still to be looked after: by whoever claims the file, or by a sweep. */
export const GIVEN_BACK = 'given back';

/**
 * SQL: the lease of this row stands. One whose end is farther off than it can be was made before the clock was put back: its end
 * says nothing. Should its worker live, it renews it, and else finds that the file was taken over.
 */
export const leased = (nowMs: string, file = 'file'): string =>
  `(${file}.lease_until_ms > ${nowMs} AND (${file}.lease_ms IS NULL OR ${file}.lease_until_ms - ${nowMs} <= 2 * ${file}.lease_ms))`;

/** A lease that is over is prolonged too, as long as nobody else has taken the file: it is still the owner's. */
export async function renew(database: Database, owner: string, leaseMs: number): Promise<ReadonlyMap<string, number>> {
  const { nowMs } = database.dialect;
  const held = await database.query(
    `UPDATE file SET lease_until_ms = ${nowMs} + $2, lease_ms = $2 WHERE owner = $1 AND lease_until_ms > 0 RETURNING path, token`,
    [owner, leaseMs],
  );
  return new Map(held.map((row) => [row['path'], row['token']]));
}

/** The leases end now, but the claims count as abandoned: whoever comes next looks for drafts. */
export async function release(database: Database, owner: string): Promise<void> {
  await database.query(
    `UPDATE file SET lease_until_ms = 0, owner = '${GIVEN_BACK}' WHERE owner = $1 AND lease_until_ms > 0`,
    [owner],
  );
}

/** Every lease ends: for a process that knows that all who made one are dead. */
export async function releaseAll(database: Database): Promise<void> {
  await database.query(
    `UPDATE file SET lease_until_ms = 0, owner = '${GIVEN_BACK}' WHERE owner > '' AND lease_until_ms > 0`,
  );
}
