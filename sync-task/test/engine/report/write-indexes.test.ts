import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { makeReportFolder, writeWhole } from '../../../src/engine/report/report-folder.ts';
import type { Summary } from '../../../src/engine/report/summary.ts';
import { writeIndexes } from '../../../src/engine/report/write-indexes.ts';

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

const linksIn = async (page: string) =>
  [...(await readFile(page, 'utf8')).matchAll(/href="([^"]*report\.html)"/g)].map(([, link]) => link);

test('of other pipelines one small file is read, not their runs', async (t) => {
  const root = await newRoot(t);
  for (const [minute, run] of ['one', 'two'].entries()) await addRun(root, 'other', run, minute);
  // A summary that is read again would show.
  for (const run of ['one', 'two']) await writeFile(join(root, 'other', run, 'summary.json'), 'no summary any more');
  await addRun(root, 'mine', 'r', 5);
  t.deepEqual(await linksIn(join(root, 'index.html')), [
    'mine/r/report.html',
    'other/two/report.html',
    'other/one/report.html',
  ]);
});

test('reports that were removed are listed no more, and what an older version left is', async (t) => {
  const root = await newRoot(t);
  for (const [minute, run] of ['one', 'two'].entries()) await addRun(root, 'other', run, minute);
  await rm(join(root, 'other/two'), { recursive: true });
  await addRun(root, 'old', 'first', 3);
  await rm(join(root, 'old/.runs.json'));
  await addRun(root, 'broken', 'b', 4);
  await writeFile(join(root, 'broken/.runs.json'), '{');
  await addRun(root, 'gone', 'g', 4);
  await rm(join(root, 'gone'), { recursive: true });
  await addRun(root, 'mine', 'r', 5);
  t.deepEqual(await linksIn(join(root, 'index.html')), [
    'mine/r/report.html',
    'broken/b/report.html',
    'old/first/report.html',
    'other/one/report.html',
  ]);
});

test('an earlier run whose end is written again is not the newest for that', async (t) => {
  const root = await newRoot(t);
  await addRun(root, 'a', 'tuesday', 10);
  const folder = await makeReportFolder(root, 'a', 'monday');
  const late = { ...summary('a', 'monday', 20), startedAt: summary('a', 'monday', 1).startedAt };
  await writeWhole(root, join(folder, 'summary.json'), JSON.stringify(late));
  await writeIndexes(root, 'a');
  t.deepEqual(await linksIn(join(root, 'index.html')), ['a/tuesday/report.html', 'a/monday/report.html']);
});
