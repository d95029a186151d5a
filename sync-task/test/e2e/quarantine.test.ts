/** Rows that break a schema go beside the target's file; a file with too many of them is refused and leaves nothing. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { resultSchema } from '../../src/engine/result/result-schema.ts';
import { hostileEnvironment } from '../faults/kit/places.ts';
import { newFolders, put, runCommand, startCommand, treeOf, until } from '../kit/job.ts';
import { startSftpServer } from '../kit/sftp-server/server.ts';

async function arrange(t: ExecutionContext) {
  const folders = await newFolders(t);
  const schema = join(folders.state, '../schema.yaml');
  await writeFile(schema, 'columns: { id: { type: integer, required: true, unique: true } }');
  const transforms = [
    '--transform=csv-clean:delimiter=comma@*.csv',
    `--transform=csv-validate:schema=${schema},min-valid=0.5@*.csv`,
  ];
  return { ...folders, transforms };
}

test('rejected rows stand beside the file, and are counted', async (t) => {
  const { source, target, environment, transforms } = await arrange(t);
  await put(source, 'in/good.csv', 'ID\r\n1\r\n2\r\n');
  await put(source, 'in/some.csv', 'ID\n1\nx\n 3 \n1\n5\n');
  await put(source, 'in/bad.csv', 'ID\nx\ny\n3\n');
  await put(source, 'in/other.txt', 'ID\nx\n');
  const { code, result, errors, stderr } = await runCommand(['sync', ...transforms], environment);
  t.is(code, 65, stderr);
  t.deepEqual(await treeOf(target), {
    'in/good.csv': 'id\n1\n2\n',
    'in/other.txt': 'ID\nx\n',
    'in/some.csv': 'id\n1\n3\n5\n',
    'in/some.csv.rejected.csv': 'row,reason,id\n3,id: is not an integer,x\n5,id: was there before,1\n',
  });
  t.is(result.files.copied, 3);
  t.is(result.files.refused, 1);
  t.is(result.errors[0]?.reason, 'too-many-invalid-rows');
  t.regex(errors.join(), /in\/bad\.csv|2 of 3 rows break the schema/);
  t.regex(stderr, /rows valid: 3, rows rejected: 2/);
  t.deepEqual(result.transforms, { 'csv-validate': { 'rows valid': 5, 'rows rejected': 2 } });
  t.true(resultSchema.safeParse(result).success);
  const again = await runCommand(['sync', ...transforms], environment);
  t.is(again.result.files.copied, 0, again.stderr);
  t.is(again.result.transforms, undefined);
});

test('killed while rejected rows are written: nothing of them is left over, and a retry has both files', async (t) => {
  const { source, target, environment, transforms } = await arrange(t);
  const rows = Array.from({ length: 400_000 }, (_, index) => `${index}\n${index % 3 === 0 ? 'x\n' : ''}`).join('');
  await put(source, 'a.csv', `id\n${rows}`);
  const server = await startSftpServer({ root: target, faults: { delayMs: 20 } });
  t.teardown(() => server.stop());
  const remote = {
    ...environment,
    ...hostileEnvironment(server, 'TARGET'),
    SYNC_TASK_LEASE: '1s',
  };
  const { child, ended } = startCommand(['sync', '--run', 'r', ...transforms], remote);
  await until(
    async () => Object.keys(await treeOf(target)).filter((path) => path.includes('.sync-task.')).length === 2,
  );
  child.kill('SIGKILL');
  t.is((await ended).signal, 'SIGKILL');
  const again = await runCommand(['sync', '--run', 'r', ...transforms], remote);
  t.is(again.code, 0, again.stderr);
  t.deepEqual(Object.keys(await treeOf(target)), ['a.csv', 'a.csv.rejected.csv']);
});
