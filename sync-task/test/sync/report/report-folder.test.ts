import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { SyncError } from '../../../src/errors.ts';
import { folderName, makeReportFolder, writeIndexes, writeWhole } from '../../../src/sync/report/report-folder.ts';
import type { Summary } from '../../../src/sync/report/summary.ts';

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

function summary(pipeline: string, run: string, minute: number): Summary {
  const finishedAt = new Date(Date.UTC(2026, 10, 21, 0, minute)).toISOString();
  const files = { listed: 1, unchanged: 0, copied: 1, deferred: 0, refused: 0, failed: 0, planned: 0 };
  return { schemaVersion: 1, pipeline, run, status: 'done', startedAt: finishedAt, finishedAt, files, bytes: 1 };
}

async function addRun(root: string, pipeline: string, run: string, minute: number): Promise<void> {
  const folder = await makeReportFolder(root, pipeline, run);
  await writeWhole(root, join(folder, 'summary.json'), JSON.stringify(summary(pipeline, run, minute)));
  await writeIndexes(root, pipeline);
}

test('runs that end at once are all listed, newest first, and no draft is left', async (t) => {
  const root = await newRoot(t);
  await Promise.all(
    Array.from({ length: 8 }, (_, index) => addRun(root, index % 2 ? 'a' : 'b', `run-${index}`, index)),
  );
  const index = await readFile(join(root, 'index.html'), 'utf8');
  const links = [...index.matchAll(/href="([^"]*report\.html)"/g)].map(([, link]) => link);
  t.deepEqual(
    links,
    [7, 6, 5, 4, 3, 2, 1, 0].map((run) => `${run % 2 ? 'a' : 'b'}/run-${run}/report.html`),
  );
  const own = await readFile(join(root, 'a/index.html'), 'utf8');
  t.deepEqual(
    [...own.matchAll(/href="([^"]*report\.html)"/g)].map(([, link]) => link),
    [7, 5, 3, 1].map((run) => `run-${run}/report.html`),
  );
  t.deepEqual(
    (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test('what is no summary is not listed, and stops nothing', async (t) => {
  const root = await newRoot(t);
  for (const [run, text] of Object.entries({ broken: '{', other: '{"schemaVersion":2}', empty: '' })) {
    await writeFile(join(await makeReportFolder(root, 'a', run), 'summary.json'), text);
  }
  await writeFile(join(root, 'a/notes.txt'), 'of somebody else');
  await addRun(root, 'a', 'good', 1);
  const own = await readFile(join(root, 'a/index.html'), 'utf8');
  t.is([...own.matchAll(/report\.html/g)].length, 1);
});

test('a folder that cannot be made is a matter of the settings', async (t) => {
  const root = await newRoot(t);
  await writeFile(join(root, 'file'), '');
  const error = await t.throwsAsync(makeReportFolder(join(root, 'file'), 'a', 'r'), { instanceOf: SyncError });
  t.like(error, { kind: 'usage', reason: 'report-unwritable' });
  t.regex(error?.message ?? '', /--report-dir: .*file cannot be written \(E\w+\)/);
});
