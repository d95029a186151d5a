import { createHash } from 'node:crypto';
import { checkpoint, claimAll, copied, type DeclareCase, entry, failed, planRun } from './arrange.ts';

/** Bytes that no database compresses. */
function noise(bytes: number): string {
  const parts: string[] = [];
  for (let part = 0; part * 32 < bytes; part++) parts.push(createHash('md5').update(`${bytes} ${part}`).digest('hex'));
  return parts
    .join('')
    .slice(0, bytes)
    .replaceAll('0', '/')
    .replace(/\/+/g, '/')
    .replace(/^\/|\/$/g, 'x')
    .padEnd(bytes, 'y');
}

const oddPaths = [
  'plain',
  `quotes ' " \``,
  'new\nline',
  'back\\slash',
  '-leading',
  '100%',
  '$1',
  'é composed',
  'e\u0301 decomposed',
  '日本語/ファイル',
  '😀',
  `${'long/'.repeat(800)}end`,
  `${'long/'.repeat(800)}ene`,
  noise(4096),
  noise(1001),
  noise(1000),
  `x${noise(1000)}/b`,
  '😀'.repeat(1000),
];

export function extremeCases(declare: DeclareCase): void {
  declare('any path comes back as it was', async (t, state) => {
    const id = await planRun(state, 'r', oddPaths);
    const claims = await claimAll(state, id, 'me');
    t.deepEqual(
      claims.map(({ path }) => path),
      oddPaths,
    );
    await state.recordOutcomes({ pipelineId: id, run: 'r', owner: 'me' }, claims.map(copied));
    const candidates = oddPaths.map((path) => ({ path, size: 10, mtimeMs: 1000, chain: '' }));
    t.deepEqual(await state.compare(id, candidates), []);
    const entries = await state.entries('r', { statuses: ['copied'], limit: 100 });
    t.deepEqual(entries.map(({ path }) => path).sort(), [...oddPaths].sort());
  });

  declare('long paths are paths to every operation', async (t, state) => {
    const { id } = await state.pipeline('test');
    const folder = noise(1500);
    const paths = [1, 2, 3].map((number) => `${folder}/${number}/${noise(2000)}`);
    const ticket = await state.beginPlan('r', id, {});
    if (!ticket) throw new Error('planned already');
    await state.addEntries(
      ticket,
      paths.map((path, index) => entry(path, index + 1)),
    );
    await state.addEntries(ticket, [{ ...entry('an//empty part', undefined), status: 'refused' }]);
    const totals = { listed: 3, unchanged: 0, excluded: 0 };
    const folders = [{ folder, files: 3, bytes: 30, largest: 10 }];
    await state.completePlan(
      ticket,
      [{ number: 1, firstEntry: 1, lastEntry: 3, files: 3, bytes: 30 }],
      totals,
      folders,
    );
    t.deepEqual(
      (await state.history(id, 1)).map((row) => row.folder),
      [folder],
    );
    const claims = await claimAll(state, id, 'me');
    const owner = { pipelineId: id, run: 'r', owner: 'me' };
    t.deepEqual([...(await state.renew('me', 1000)).keys()].sort(), [...paths].sort());
    const [one, two, three] = claims;
    if (!one || !two || !three) throw new Error('nothing claimed');
    t.deepEqual(await state.saveIntents(owner, [{ ...one, intent: 1 }]), new Set());
    t.deepEqual(await state.saveIntents(owner, [{ ...one, token: 9, intent: 1 }]), new Set([one.path]));
    const renamed = { ...copied(one), checkpoint: { ...checkpoint(one), targetPath: `${one.path}.gz` } };
    t.deepEqual(await state.recordOutcomes(owner, [renamed, { ...copied(two), token: 9 }]), new Set([two.path]));
    t.like(await state.file(id, one.path), { path: one.path, targetPath: `${one.path}.gz` });
    t.is((await state.events(id, one.path)).length, 3);
    t.is((await state.fileInRuns(id, one.path, 1))[0]?.entry?.status, 'copied');
    await state.release('me');
    t.is(await state.countAbandoned(id, 9), 2);
    const request = { pipelineId: id, owner: 'me', leaseMs: 1000, after: undefined, which: 'all', limit: 1 } as const;
    const [first] = await state.claimAbandoned(request);
    const [second] = await state.claimAbandoned({ ...request, after: first?.path });
    if (!first || !second) throw new Error('nothing taken over');
    t.deepEqual(new Set([first.path, second.path]), new Set([two.path, three.path]));
    t.is(first.planned?.path, first.path);
    t.deepEqual(await state.clear(owner, [first]), new Set());
    const rows = [second].map((file) => ({ ...copied(file.planned as never), token: file.token }));
    t.deepEqual(await state.recordOutcomes(owner, rows), new Set());
    t.deepEqual(
      new Set((await state.files(id, { prefix: folder, after: '', limit: 9 })).map(({ path }) => path)),
      new Set([one.path, second.path]),
    );
    t.deepEqual(await state.fileTotals(id, folder), { files: 2, bytes: 20 });
    t.deepEqual(await state.fileTotals(id, `${folder}/1`), { files: 1, bytes: 10 });
    t.deepEqual(await state.fileTotals(id, folder.slice(0, -1)), { files: 0, bytes: 0 });
    const manifest = await state.manifest('r', undefined, 9);
    t.deepEqual(new Set(manifest.map(({ path }) => path)), new Set([...paths, 'an//empty part']));
    const pages: string[] = [];
    for (let after: string | undefined; pages.length < 9; after = pages.at(-1)) {
      const [row] = await state.manifest('r', after, 1);
      if (!row) break;
      pages.push(row.path);
    }
    t.is(new Set(pages).size, 4);
    t.deepEqual(await state.compare(id, [{ path: one.path, size: 10, mtimeMs: 1000, chain: '' }]), []);
  });

  declare('what servers say is kept, but for what no database can hold', async (t, state) => {
    const id = await planRun(state, 'r', ['a']);
    const [claim] = await claimAll(state, id, 'me');
    if (!claim) throw new Error('nothing claimed');
    const row = { ...failed(claim), message: 'half \ud83d of a pair, a \0 and a "quote"\n' };
    t.deepEqual(await state.recordOutcomes({ pipelineId: id, run: 'r', owner: 'me' }, [row]), new Set());
    const [entry] = await state.entries('r', { statuses: ['failed'], limit: 1 });
    t.is(entry?.message, 'half \ufffd of a pair, a \ufffd and a "quote"\n');
    const [again] = await claimAll(state, id, 'you');
    if (!again) throw new Error('nothing claimed');
    const words = 'no escapes: \\u0000 \\ud83d \\\\u0000, a pair 😀';
    await state.recordOutcomes({ pipelineId: id, run: 'r', owner: 'you' }, [{ ...failed(again), message: words }]);
    t.is((await state.entries('r', { statuses: ['failed'], limit: 1 }))[0]?.message, words);
  });

  declare('names that no database can hold harm nothing', async (t, state) => {
    const id = await planRun(state, 'r', ['a\0b', 'half \udc00 a pair', 'ok']);
    t.is((await claimAll(state, id, 'me')).length, 3);
    await state.finishRun('r', 'done', { said: 'nul \0 and half \ud83d', ['[']: '\0' });
    t.like(await state.run('r'), { status: 'done' });
    t.deepEqual(await state.events(id, 'a\0b'), await state.events(id, 'a\ufffdb'));
  });

  declare('the largest numbers come back as they were', async (t, state) => {
    const { id } = await state.pipeline('test');
    const ticket = await state.beginPlan('r', id, {});
    if (!ticket) throw new Error('planned already');
    const version = { size: Number.MAX_SAFE_INTEGER, mtimeMs: Number.MAX_SAFE_INTEGER };
    await state.addEntries(ticket, [{ ...entry('a', 1), ...version }]);
    const bytes = Number.MAX_SAFE_INTEGER;
    await state.completePlan(ticket, [{ number: 1, firstEntry: 1, lastEntry: 1, files: 1, bytes }], {
      listed: 1,
      unchanged: 0,
      excluded: 0,
    });
    const [claim] = await claimAll(state, id, 'me');
    if (!claim) throw new Error('nothing claimed');
    t.like(claim, version);
    t.is((await state.batches('r'))[0]?.bytes, bytes);
    await state.recordOutcomes({ pipelineId: id, run: 'r', owner: 'me' }, [copied(claim)]);
    t.deepEqual(await state.compare(id, [{ path: 'a', chain: '', ...version }]), []);
    t.deepEqual(await state.compare(id, [{ path: 'a', chain: '', ...version, mtimeMs: version.mtimeMs - 1 }]), [
      { index: 0, reason: 'mtime-changed' },
    ]);
  });

  declare('thousands are compared at once', async (t, state) => {
    const paths = Array.from({ length: 5000 }, (_, index) => `folder/${index}`);
    const known = paths.filter((_, index) => index % 7 !== 0);
    const id = await planRun(state, 'r', known);
    const claims = await claimAll(state, id, 'me', { limit: known.length });
    await state.recordOutcomes({ pipelineId: id, run: 'r', owner: 'me' }, claims.map(copied));
    const changes = await state.compare(
      id,
      paths.map((path) => ({ path, size: 10, mtimeMs: 1000, chain: '' })),
    );
    t.deepEqual(
      changes.map(({ index }) => index).sort((a, b) => a - b),
      paths.flatMap((_, index) => (index % 7 === 0 ? [index] : [])),
    );
    t.true(changes.every(({ reason }) => reason === 'new'));
  });
}
