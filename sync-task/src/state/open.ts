/** Which state stands behind which URL. Each is loaded only when used, so that a SQLite job does not load pg. */
import { SyncError } from '../errors.ts';
import { migrate } from './migrate.ts';
import { releaseAll } from './operations/leases.ts';
import { sqlState } from './sql-state.ts';
import type { State } from './state.ts';

/** `postgres://…` or `sqlite:path`, `sqlite:///absolute/path`. Opening brings the tables up to date. */
export async function openState(url: string, password: string | undefined, applicationName: string): Promise<State> {
  const database = await openDatabase(url, password, applicationName);
  try {
    await migrate(database);
    // Without waiting for them, whatever the clock says.
    if (database.alone) await releaseAll(database);
    return sqlState(database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openDatabase(url: string, password: string | undefined, applicationName: string) {
  if (/^postgres(ql)?:\/\//.test(url)) {
    const { postgresDatabase } = await import('./postgres-database.ts');
    return postgresDatabase({ url, password, applicationName });
  }
  const sqlite = /^sqlite:(?:\/\/)?(.+)$/.exec(url);
  if (sqlite?.[1]) {
    const { sqliteDatabase } = await import('./sqlite-database.ts');
    return sqliteDatabase(sqlite[1]);
  }
  throw new SyncError(`--state is no postgres:// and no sqlite: URL`, { kind: 'usage', reason: 'bad-state-url' });
}
