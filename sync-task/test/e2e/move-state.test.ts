/** A pipeline moves between SQLite and Postgres with all that is remembered of it: the next run copies nothing. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { openTables } from '../../src/state/open.ts';
import { holder, keys, longPath, ofPipeline, ofRun, run } from '../../src/state/sql/move/tables.ts';
import { newFolders, put, runCommand } from '../kit/job.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';

let postgres: Postgres;
test.before(async () => {
  postgres = await startPostgres();
});
test.after.always(async () => {
  await postgres?.stop();
});

test('from SQLite to Postgres and back, with history, tokens and keys of rows', async (t) => {
  const { source, target, state, environment } = await newFolders(t);
  for (let index = 0; index < 1200; index++) await put(source, `many/${index}.txt`, `${index}`);
  await put(source, 'orders.csv', 'id,what\n1,a\n2,b\n');
  // A path that is kept by its hash.
  const folders = Array.from({ length: 6 }, (_, index) => `${index}`.repeat(200)).join('/');
  await put(source, `${folders}/long.txt`, 'long');
  const all = {
    ...environment,
    SYNC_TASK_TRANSFORM: 'dedup:key=id,across=runs,set=orders@*.csv',
    SYNC_TASK_STATE_PASSWORD: postgres.password,
  };
  const first = await runCommand(['sync', '--run', 'one'], all);
  t.is(first.result.files.copied, 1202, first.stderr);
  const files = (name: string) => join(dirname(state), name);
  const places = [`sqlite:${state}`, postgres.url, `sqlite:${files('other.db')}`];
  for (const [index, from] of places.slice(0, -1).entries()) {
    const moved = files(`${index}.jsonl`);
    const out = await runCommand(['state', 'export', '--state', from, '--file', moved], all);
    t.is(out.code, 0, out.stderr);
    const into = ['state', 'import', '--state', places[index + 1] ?? '', '--file', moved];
    const came = await runCommand(into, all);
    t.is(came.code, 0, came.stderr);
    const again = await runCommand(into, all);
    t.is(again.code, 64, again.stderr);
    t.regex(again.errors.join(), /pipeline test has a history there/);
    const next = await runCommand(['sync', '--state', places[index + 1] ?? ''], all);
    t.is(next.code, 0, next.stderr);
    t.deepEqual([next.result.files.copied, next.result.files.adopted, next.result.files.unchanged], [0, 0, 1202]);
  }
  // All that SQLite and Postgres say of the first run is the same in the end.
  const [before, after] = [state, files('other.db')].map((file) => {
    const database = new DatabaseSync(file);
    t.teardown(() => database.close());
    const said = (sql: string) => JSON.stringify(database.prepare(sql).all());
    return [
      said("SELECT * FROM entry WHERE run_id = 'one' ORDER BY path"),
      said("SELECT id, status, details, created_ms FROM run WHERE id = 'one'"),
      said("SELECT path, event, token, at_ms, detail FROM event WHERE run_id = 'one' ORDER BY path, id"),
      said('SELECT path, token, size, mtime_ms, digest, chain FROM file ORDER BY path'),
      said('SELECT * FROM long_path ORDER BY key'),
      said('SELECT count(*) FROM row_key'),
    ];
  });
  t.deepEqual(before, after);
  // The keys came too: a row that was there before is left out.
  await put(source, 'more.csv', 'id,what\n2,b\n3,c\n');
  const last = await runCommand(['sync', '--state', places.at(-1) ?? ''], all);
  t.is(last.result.files.copied, 1, last.stderr);
  t.is(await readFile(join(target, 'more.csv'), 'utf8'), 'id,what\n3,c\n');
});

test('a file that is cut, or none of ours, moves nothing', async (t) => {
  const { source, state, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  await runCommand(['sync'], environment);
  const moved = join(dirname(state), 'moved.jsonl');
  t.is((await runCommand(['state', 'export', '--file', moved], environment)).code, 0);
  const lines = (await readFile(moved, 'utf8')).trimEnd().split('\n');
  const other = ['--state', `sqlite:${join(dirname(state), 'other.db')}`];
  const cases: readonly (readonly [string, RegExp])[] = [
    [lines.slice(0, -1).join('\n'), /its end is missing/],
    [lines.filter((line) => !line.includes('"event"')).join('\n'), /its end is missing/],
    [`${lines.slice(0, -1).join('\n')}\n{"rows`, /cut or no JSON/],
    [lines[0]?.replace(/"schema":\d+/, '"schema":1') ?? '', /its tables are at 1,/],
    ['a,b\n', /no JSON/],
    ['{"a":1}\n', /not made by sync-task state export/],
    ['', /not made by/],
  ];
  for (const [content, message] of cases) {
    await writeFile(moved, content);
    const came = await runCommand(['state', 'import', '--file', moved, ...other], environment);
    t.is(came.code, 64, came.stderr);
    t.regex(came.errors.join(), message);
  }
  t.is((await runCommand(['sync', ...other], environment)).result.files.adopted, 1, 'nothing of it is there');
});

test('every column of every table is moved', async (t) => {
  const database = await openTables('sqlite::memory:', undefined, 'test');
  t.teardown(() => database.close());
  const names = await database.query(`SELECT name FROM ${database.dialect.tables} WHERE name NOT LIKE 'sqlite%'`);
  const here = await database.query(
    "SELECT t.name || '.' || c.name AS name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'",
  );
  const tables = [run, ...ofRun, ...ofPipeline, holder, keys, longPath];
  const moved = tables.flatMap(({ name, columns }) => Object.keys(columns).map((column) => `${name}.${column}`));
  const anew = ['pipeline_id', 'run_id', 'holder'].flatMap((of) =>
    tables.flatMap((table) => (table.of === of ? [`${table.name}.${of}`] : [])),
  );
  const others = ['event.id', 'key_holder.id', 'key_holder.age'];
  const known = new Set([...moved, ...anew, ...others]);
  t.deepEqual(
    here
      .map(({ name }) => name as string)
      .filter((name) => !/^(migration|pipeline|sqlite_\w+)\./.test(name) && !known.has(name)),
    [],
  );
  t.true(names.length > tables.length);
});

test('options may stand before the command', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  const { SYNC_TASK_SOURCE: from, SYNC_TASK_TARGET: to, ...rest } = environment;
  const early = await runCommand(
    ['--source', from ?? '', `--target=${to}`, '--no-fsync', 'sync', '--run', 'sync'],
    rest,
  );
  t.is(early.code, 0, early.stderr);
  t.is(early.result.run, 'sync');
  t.is((await runCommand(['--run', 'sync', 'status'], environment)).result.files.copied, 1);
  const none = await runCommand(['--source', from ?? '', '--target', to ?? ''], rest);
  t.is(none.code, 64);
});
