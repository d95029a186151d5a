/** Renewing and releasing claims. */
import type { Database } from '../database.ts';

/** The owner of an abandoned claim: the next claimer or a sweep looks after it. */
export const GIVEN_BACK = 'given back';

/**
 * SQL: the lease of this row is live. A lease that ends later than any lease can was made before the clock was put back, and its
 * end says nothing. If its worker lives, it renews the lease, or learns that somebody took the file over.
 */
export const leased = (nowMs: string, file = 'file'): string =>
  `(${file}.lease_until_ms > ${nowMs} AND (${file}.lease_ms IS NULL OR ${file}.lease_until_ms - ${nowMs} <= 2 * ${file}.lease_ms))`;

/** Renews ended leases too, unless somebody else took the file: it is still the owner's. */
export async function renew(database: Database, owner: string, leaseMs: number): Promise<ReadonlyMap<string, number>> {
  const { nowMs } = database.dialect;
  const held = await database.query(
    `UPDATE file SET lease_until_ms = ${nowMs} + $2, lease_ms = $2 WHERE owner = $1 AND lease_until_ms > 0 RETURNING path, token`,
    [owner, leaseMs],
  );
  return new Map(held.map((row) => [row['path'], row['token']]));
}

/** Ends the leases now. The claims count as abandoned: the next claimer looks for drafts. */
export async function release(database: Database, owner: string): Promise<void> {
  await database.query(
    `UPDATE file SET lease_until_ms = 0, owner = '${GIVEN_BACK}' WHERE owner = $1 AND lease_until_ms > 0`,
    [owner],
  );
}

/** Ends every lease: for a process that knows that all earlier ones are dead. */
export async function releaseAll(database: Database): Promise<void> {
  await database.query(
    `UPDATE file SET lease_until_ms = 0, owner = '${GIVEN_BACK}' WHERE owner > '' AND lease_until_ms > 0`,
  );
}
