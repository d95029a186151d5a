/** A plan that is not as usual: told, refused, let through. */
import test from 'ava';
import { resultSchema } from '../../src/engine/result/result-schema.ts';
import { newFolders, put, runCommand, treeOf } from '../kit/job.ts';

test('a refused run writes nothing, says why, and passes once it is accepted', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  const gated = { ...environment, SYNC_TASK_GATE: 'few-files=fail:2\nmany-files=warn:0' };
  const refused = await runCommand(['sync', '--run', 'r'], gated);
  t.is(refused.code, 65, refused.stderr);
  t.notThrows(() => resultSchema.parse(refused.result));
  t.is(refused.result.status, 'refused');
  t.deepEqual(
    refused.result.gates?.map(({ gate, verdict }) => `${gate} ${verdict}`),
    ['few-files refused', 'many-files warned'],
  );
  t.deepEqual(
    refused.result.errors.map(({ message }) => message),
    [
      'run r is refused by gate few-files, in all: 1 files, at least 2 are asked for; nothing was written. ' +
        'Mend the source, or let this run through: --accept few-files',
    ],
  );
  t.deepEqual(await treeOf(target), {});

  const batch = await runCommand(['run', '--run', 'r', '--batch', '1'], environment);
  t.is(batch.code, 65);
  t.regex(batch.errors.join(), /run r was refused by a gate/);
  const status = await runCommand(['status', '--run', 'r'], environment);
  t.is(status.code, 0, status.stderr);
  t.is(status.result.gates?.[0]?.verdict, 'refused');

  const passed = await runCommand(['sync', '--run', 'r', '--accept', 'few-files'], gated);
  t.is(passed.code, 0, passed.stderr);
  t.is(passed.result.gates?.[0]?.verdict, 'accepted');
  t.deepEqual(await treeOf(target), { a: 'a' });
});

test('a source that shrinks against its history warns, and is copied all the same', async (t) => {
  const { source, environment } = await newFolders(t);
  for (let number = 0; number < 8; number++) await put(source, `in/${number}`, 'x');
  for (let day = 1; day <= 5; day++) await runCommand(['sync', '--run', `day-${day}`], environment);
  const { code, result } = await runCommand(['sync', '--run', 'day-6', '--exclude', '[1-7]'], environment);
  t.is(code, 0);
  t.deepEqual(
    result.gates?.filter(({ gate }) => gate === 'few-files'),
    [
      { gate: 'few-files', folder: '', verdict: 'warned', what: '1 files; usual are 8 ± 0 (last 5 runs)' },
      { gate: 'few-files', folder: 'in', verdict: 'warned', what: '1 files; usual are 8 ± 0 (last 5 runs)' },
    ],
  );
});

test('a run with every gate off is no measure of what is usual', async (t) => {
  const { source, environment } = await newFolders(t);
  for (let number = 0; number < 8; number++) await put(source, `in/${number}`, 'x');
  for (let day = 1; day <= 5; day++) await runCommand(['sync', '--run', `day-${day}`], environment);
  const names = ['empty-source', 'few-files', 'many-files', 'total-size', 'file-size', 'name-collision'];
  const off = { ...environment, SYNC_TASK_GATE: names.map((name) => `${name}=off`).join('\n') };
  for (let event = 1; event <= 16; event++) await runCommand(['sync', '--run', `${event}`, '--include', 'in/1'], off);
  const { result } = await runCommand(['sync', '--run', 'day-6', '--exclude', 'in/[1-7]'], environment);
  t.is(result.gates?.[0]?.what, '1 files; usual are 8 ± 0 (last 5 runs)');
});
