import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { SyncError } from '../../../src/base/errors.ts';
import { folderName, makeReportFolder } from '../../../src/engine/report/report-folder.ts';

test('any name is that of one folder, and no two names share one', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.string({ unit: 'grapheme' }), (one, other) => {
      for (const name of [folderName(one), folderName(other)]) t.regex(name, /^(?!\.)[\w.:+@~%-]{1,240}$/);
      t.is(folderName(one) === folderName(other), Buffer.from(one).equals(Buffer.from(other)));
    }),
  );
  t.is(folderName('scheduled__2026-11-21T00:00:00+00:00'), 'scheduled__2026-11-21T00:00:00+00:00');
  t.is(folderName('..'), '%2E.');
  t.is(folderName('../x'), '%2E.%2Fx');
});

async function newRoot(t: ExecutionContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'sync-task-report-'));
  t.teardown(() => rm(root, { recursive: true }));
  return root;
}

test('a folder that cannot be made is a matter of the settings', async (t) => {
  const root = await newRoot(t);
  await writeFile(join(root, 'file'), '');
  const error = await t.throwsAsync(makeReportFolder(join(root, 'file'), 'a', 'r'), { instanceOf: SyncError });
  t.like(error, { kind: 'usage', reason: 'report-unwritable' });
  t.regex(error?.message ?? '', /--report-dir: .*file cannot be written \(E\w+\)/);
});
