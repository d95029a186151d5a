/** `bin/backup` and `bin/restore` with a Postgres of one's own, as docs/guides/operations.md has it: npm's Postgres has no pg_dump. */
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { newFolders, put, runCommand, treeOf } from '../kit/job.ts';
import { needs } from '../kit/needs.ts';
import { startPostgres } from '../kit/postgres.ts';
import { postgresPrograms } from '../kit/programs.ts';

const programs = join(import.meta.dirname, '../../../bin');

needs('pg_dump and its Postgres')('the state saved, lost and restored: nothing is copied again', async (t) => {
  const postgres = await startPostgres({ bin: postgresPrograms });
  t.teardown(() => postgres.stop());
  const { source, target, environment } = await newFolders(t);
  const state = { SYNC_TASK_STATE: postgres.url, SYNC_TASK_STATE_PASSWORD: postgres.password };
  const sync = async () => {
    const { code, stderr, result } = await runCommand(['sync'], { ...environment, ...state });
    t.is(code, 0, stderr);
    return result.files;
  };
  const url = new URL(postgres.url);
  const { hostname, port, username, pathname } = url;
  url.password = postgres.password;
  const own = {
    PATH: `${postgresPrograms}:${process.env['PATH']}`,
    ...{
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: username,
      PGPASSWORD: postgres.password,
      PGDATABASE: pathname.slice(1),
    },
  };
  const dump = join(dirname(source), 'state.dump');
  const program = (name: string) => promisify(execFile)(join(programs, name), [dump], { env: own });

  await put(source, 'a.txt', 'a');
  await put(source, 'b.txt', 'b');
  t.is((await sync()).copied, 2);
  t.regex((await program('backup')).stdout, /^wrote .*state\.dump \(\d+ bytes\)\n$/);
  await put(source, 'since.txt', 'since');
  t.is((await sync()).copied, 1);

  const user = new pg.Client({ connectionString: url.href });
  await user.connect();
  const refused = await t.throwsAsync(program('restore'));
  t.like(refused, {
    code: 75,
    stderr: '1 connections use the state: end what is at work first (docker compose stop airflow-worker)\n',
  });
  await user.query('DROP SCHEMA sync_task CASCADE');
  await user.end();

  await program('restore');
  await put(source, 'c.txt', 'c');
  t.like(await sync(), { copied: 1, adopted: 1, unchanged: 2 });
  t.deepEqual(await treeOf(target), { 'a.txt': 'a', 'b.txt': 'b', 'since.txt': 'since', 'c.txt': 'c' });
});
