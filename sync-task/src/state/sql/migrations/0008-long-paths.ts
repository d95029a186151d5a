import type { Dialect, Query } from '../database.ts';
import { isLong, keyOf } from '../path-keys.ts';

/** The paths behind keys (`path-keys.ts`). Only the key is indexed. */
export async function longPaths(transaction: Query): Promise<void> {
  const { types, rows }: Dialect = transaction.dialect;
  await transaction.query(`CREATE TABLE long_path (key ${types.path} PRIMARY KEY, path ${types.path} NOT NULL)`);
  const columns = ['file.path', 'file.target_path', 'entry.path', 'event.path', 'taken_over.path', 'key_holder.path'];
  for (const place of [...columns, 'run_folder.folder']) {
    const [table, column] = place.split('.') as [string, string];
    const found = await transaction.query(
      `SELECT DISTINCT ${column} AS path FROM ${table} WHERE length(${column}) > 250 OR ${column} LIKE '%//%'`,
    );
    for (const path of found.map((row) => row['path'] as string).filter(isLong)) {
      const key = keyOf(path);
      await transaction.query(
        `INSERT INTO long_path (key, path) SELECT r.key, r.path FROM ${rows('$1', { key: 'text', path: 'text' })} WHERE true
         ON CONFLICT (key) DO NOTHING`,
        [JSON.stringify([{ key, path }])],
      );
      await transaction.query(`UPDATE ${table} SET ${column} = $2 WHERE ${column} = $1`, [path, key]);
    }
  }
}
