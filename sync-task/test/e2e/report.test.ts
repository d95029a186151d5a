/** The report and the manifest of a run, as a reader and a program find them. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type DefaultTreeAdapterMap, parse } from 'parse5';
import { z } from 'zod';
import type { ManifestLine } from '../../src/engine/report/manifest.ts';
import { manifestSchema } from '../../src/engine/report/manifest-schema.ts';
import { resultSchema } from '../../src/engine/result/result-schema.ts';
import { hostileEnvironment } from '../faults/kit/places.ts';
import { newFolders, put, runCommand, treeOf } from '../kit/job.ts';
import { startSftpServer } from '../kit/sftp-server/server.ts';

type Node = DefaultTreeAdapterMap['node'];
type Element = DefaultTreeAdapterMap['element'];

/** Every element, in the order of the document; the parser keeps to the standard, so what it sees a browser sees. */
function elementsOf(text: string): readonly Element[] {
  const errors: string[] = [];
  const document = parse(text, { onParseError: ({ code }) => errors.push(code) });
  if (errors.length > 0) throw new Error(`not well-formed: ${errors.join(', ')}`);
  const found: Element[] = [];
  const walk = (node: Node) => {
    if ('tagName' in node) found.push(node);
    if ('childNodes' in node) for (const child of node.childNodes) walk(child);
  };
  walk(document);
  return found;
}

function textOf(node: Node): string {
  if ('value' in node) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

const attribute = (element: Element, name: string) => element.attrs.find((each) => each.name === name)?.value;

/** Nothing in it runs, loads or leads out of the reports. */
function assertInert(t: ExecutionContext, page: string): void {
  const elements = elementsOf(page);
  const tags = new Set(elements.map(({ tagName }) => tagName));
  for (const tag of ['script', 'iframe', 'img', 'link', 'object', 'embed', 'base', 'form']) t.false(tags.has(tag), tag);
  for (const element of elements) {
    for (const { name, value } of element.attrs) {
      t.false(name.startsWith('on') || name === 'style' || name === 'src', `${element.tagName} ${name}`);
      if (name === 'href') t.regex(value, /^(?!\w+:)[\w.%~/-]+$/);
    }
  }
  const policy = elements.find((each) => attribute(each, 'http-equiv') === 'Content-Security-Policy');
  const styles = elements.filter(({ tagName }) => tagName === 'style').map(textOf);
  const hash = createHash('sha256').update(styles.join('')).digest('base64');
  t.is(
    attribute(policy as Element, 'content'),
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
  );
  t.notRegex(styles.join(''), /url\(|@import/);
}

const hostile = '<script>alert(1)<&script>"\'`.bin';

test('a run with everything in it: the manifest has each file, the report each kind, and names are text', async (t) => {
  const { source, target, state, environment } = await newFolders(t);
  const schema = join(state, '../schema.yaml');
  await writeFile(schema, 'columns: { id: { type: integer, required: true } }');
  const reports = join(state, '../reports');
  await put(source, `in/${hostile}`, 'x');
  await put(source, 'in/ok.bin', Buffer.alloc(3_000_000));
  await put(source, 'in/some.csv', 'id\n1\nx\n3\n');
  await put(source, 'in/bad.csv', 'id\nx\ny\n');
  await put(source, 'in/young.bin', 'x', new Date(Date.now() - 1000).toISOString());
  await put(source, 'in/\u202efdp.exe', 'x');
  await put(source, 'in/taken', 'x');
  await mkdir(join(target, 'in/taken'), { recursive: true });
  const options = [
    ...['--run', 'day-1', '--min-age', '1h', '--checkpoint-bytes', '1MiB', '--gate', 'many-files=warn:2'],
    `--transform=csv-validate:schema=${schema},min-valid=0.5@*.csv`,
  ];
  const { code, result, stderr } = await runCommand(['sync', ...options], {
    ...environment,
    SYNC_TASK_PIPELINE: 'a pipeline',
    SYNC_TASK_REPORT_DIR: reports,
  });
  t.is(code, 65, stderr);
  t.notThrows(() => resultSchema.parse(result));
  t.is(result.report, 'a%2520pipeline/day-1/report.html');
  t.like(result.totals, { retries: 0, claimsLost: 0, leftPlanned: 0 });
  t.deepEqual(
    result.phases?.map(({ phase, files }) => `${phase} ${files}`),
    ['plan 7', 'transfer 6', 'finish 6'],
  );

  const folder = join(reports, 'a%20pipeline/day-1');
  t.deepEqual((await readdir(folder)).sort(), ['manifest.jsonl', 'report.html', 'summary.json']);
  const lines: readonly ManifestLine[] = (await readFile(join(folder, 'manifest.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => manifestSchema.parse(JSON.parse(line)));
  t.deepEqual(
    lines.map(({ path, status, reason }) => `${path}: ${status}, ${reason}`).sort(),
    [
      `in/${hostile}: copied, new`,
      'in/bad.csv: refused, too-many-invalid-rows',
      'in/ok.bin: copied, new',
      'in/some.csv: copied, new',
      'in/taken: failed, is-a-folder',
      'in/young.bin: deferred, is younger than --min-age',
      'in/\u202efdp.exe: copied, new',
    ].sort(),
  );
  const line = (path: string) => lines.find((each) => each.path === path);
  t.is(line(`in/${hostile}`)?.target?.sha256, createHash('sha256').update('x').digest('hex'));
  t.is(line('in/ok.bin')?.target?.segments?.sha256.length, 3);
  t.like(line('in/ok.bin'), { batch: 1, size: 3_000_000, attempts: 1, transforms: [], target: { path: 'in/ok.bin' } });
  t.like(line('in/some.csv'), {
    transforms: ['csv-validate'],
    quarantine: { rows: 1, paths: ['in/some.csv.rejected.csv'] },
  });
  t.is(line('in/taken')?.target, undefined);
  t.true((line('in/ok.bin')?.durationMs ?? -1) >= 0);

  const page = await readFile(join(folder, 'report.html'), 'utf8');
  assertInert(t, page);
  const elements = elementsOf(page);
  const headings = elements.filter(({ tagName }) => tagName === 'h2').map(textOf);
  t.deepEqual(headings, [
    'The source, compared with earlier runs',
    'Gates',
    'Failed: 1 file',
    'Refused: 1 file',
    'Deferred: 1 file',
    'Quarantine: 1 row of 1 file',
    'Biggest files copied',
    'Slowest files',
    'Batches',
    'Source',
    'Target',
  ]);
  for (const element of elements) {
    const labelled = attribute(element, 'aria-labelledby');
    if (labelled) t.true(elements.some((each) => attribute(each, 'id') === labelled));
    if (element.tagName === 'svg') t.regex(attribute(element, 'aria-label') ?? '', /of the last 1 runs/);
    if (element.tagName === 'th') t.is(attribute(element, 'scope'), 'col');
  }
  t.is(attribute(elements.find(({ tagName }) => tagName === 'html') as Element, 'lang'), 'en');
  const cells = elements.filter(({ tagName }) => tagName === 'bdi').map(textOf);
  for (const name of ['atomic replace', 'publishes new files only', 'modification times']) {
    t.is(cells.filter((cell) => cell === name).length, 2, `${name}, as check calls it`);
  }
  t.true(cells.includes(`in/${hostile}`));
  t.true(cells.includes('in/\\u202efdp.exe'));
  for (const name of ['../..', '..']) {
    const index = await readFile(join(folder, name, 'index.html'), 'utf8');
    assertInert(t, index);
    t.true(elementsOf(index).some((each) => attribute(each, 'href')?.endsWith('day-1/report.html')));
  }
});

test('more deferred files than the report names: it says so, and the manifest has all', async (t) => {
  const { source, state, environment } = await newFolders(t);
  for (let file = 0; file < 130; file++) await put(source, `f-${file}`, 'x');
  const reports = join(state, '../reports');
  const { code, stderr } = await runCommand(
    ['sync', '--run', 'r', '--max-files', '10', '--report-dir', reports],
    environment,
  );
  t.is(code, 0, stderr);
  const page = await readFile(join(reports, 'test/r/report.html'), 'utf8');
  t.regex(page, /The first 100 of 120; manifest\.jsonl names all\./);
  t.is((await readFile(join(reports, 'test/r/manifest.jsonl'), 'utf8')).trimEnd().split('\n').length, 130);
});

test('a run that a gate refused has its report, with why', async (t) => {
  const { source, state, environment } = await newFolders(t);
  await put(source, 'a', 'x');
  const reports = join(state, '../reports');
  const { code, result } = await runCommand(
    ['sync', '--run', 'r', '--gate', 'few-files=fail:2', '--report-dir', reports],
    environment,
  );
  t.is(code, 65);
  t.is(result.report, 'test/r/report.html');
  const page = await readFile(join(reports, 'test/r/report.html'), 'utf8');
  t.regex(page, /A gate refused this run: nothing was written/);
  t.regex(page, /1 files, at least 2 are asked for/);
});

test('an unusual run is marked in the charts; finishing again writes the report again', async (t) => {
  const { source, state, environment } = await newFolders(t);
  const reports = join(state, '../reports');
  const settings = { ...environment, SYNC_TASK_REPORT_DIR: reports };
  for (let file = 0; file < 8; file++) await put(source, `${file}`, 'x');
  for (let day = 1; day <= 5; day++) await runCommand(['sync', '--run', `day-${day}`], settings);
  await runCommand(['sync', '--run', 'day-6', '--exclude', '[1-7]'], settings);
  const file = join(reports, 'test/day-6/report.html');
  const page = await readFile(file, 'utf8');
  t.regex(page, /Files: 1, out of the usual/);
  t.regex(page, /Usual: 8\. Gates speak up below 4 and above 18 \(last 5 runs\)\./);
  t.is(elementsOf(page).filter((each) => attribute(each, 'class') === 'bar odd').length, 2);
  await writeFile(file, 'old');
  const again = await runCommand(['finish', '--run', 'day-6'], settings);
  t.is(again.code, 0, again.stderr);
  t.regex(await readFile(file, 'utf8'), /Files: 1, out of the usual/);
});

test('no secret is in what is written', async (t) => {
  const { source, target, state, environment } = await newFolders(t);
  await put(source, 'a', 'x');
  const server = await startSftpServer({ root: target });
  t.teardown(() => server.stop());
  const reports = join(state, '../reports');
  const { code, stderr } = await runCommand(['sync', '--run', 'r', '--report-dir', reports], {
    ...environment,
    ...hostileEnvironment(server, 'TARGET'),
  });
  t.is(code, 0, stderr);
  const files = (await readdir(reports, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  t.is(files.length, 6, 'two pages, three files of the run, what the index keeps of the pipeline');
  for (const { parentPath, name } of files) {
    t.false((await readFile(join(parentPath, name), 'utf8')).includes(server.password), name);
  }
});

test('a report folder that cannot be written is told before anything is transferred', async (t) => {
  const { source, target, state, environment } = await newFolders(t);
  await put(source, 'a', 'x');
  const blocker = join(state, '../file');
  await writeFile(blocker, '');
  const { code, errors, result } = await runCommand(['sync', '--report-dir', join(blocker, 'below')], environment);
  t.is(code, 64);
  t.regex(errors.join(), /--report-dir: .* cannot be written/);
  t.is(result.files.copied, 0);
  t.deepEqual(await treeOf(target), {});
});

test('the schemas in docs are those of the source', async (t) => {
  for (const [name, schema] of Object.entries({ result: resultSchema, manifest: manifestSchema })) {
    const file = new URL(`../../../docs/${name}.schema.json`, import.meta.url);
    t.deepEqual(
      JSON.parse(await readFile(file, 'utf8')),
      z.toJSONSchema(schema),
      `node scripts/write-result-schema.ts`,
    );
  }
});
