/** The Postgres of the tests, with its own defaults (fsync on). */
import { chmod } from 'node:fs/promises';
import { type Postgres, startPostgres as start } from '../sync-task/test/kit/postgres.ts';

export type { Postgres };

/** Starts it with its data below `folder`. Throws where npm did not install the binaries for this system. */
export async function startPostgres(folder: string): Promise<Postgres> {
  // As root, it runs as a user who must get through.
  if (process.getuid?.() === 0) await chmod(folder, 0o711);
  return start({ parent: folder, locale: 'C.UTF-8', settings: ['fsync=on'] });
}
