import type { FileRecord, State } from '../../../src/state/state.ts';
import { checkpoint, claimAll, copied, type DeclareCase, failed, planRun } from './arrange.ts';

/** Copies all of these. */
async function copyAll(state: State, paths: readonly string[]): Promise<number> {
  const id = await planRun(state, 'r', paths);
  const claims = await claimAll(state, id, 'me');
  await state.recordOutcomes({ pipelineId: id, run: 'r', owner: 'me' }, claims.map(copied));
  return id;
}

async function walk(state: State, id: number, prefix: string, limit: number): Promise<readonly FileRecord[]> {
  const all: FileRecord[] = [];
  for (let after = ''; ; ) {
    const page = await state.files(id, { prefix, after, limit });
    all.push(...page);
    const last = page.at(-1);
    if (!last) return all;
    after = last.path;
  }
}

export function fileCases(declare: DeclareCase): void {
  declare(
    'published files are read page by page, in the order of their bytes, of one folder or all',
    async (t, state) => {
      const paths = ['a/b', 'a', 'a0', 'a-b/c', 'a/b/c', 'a/é', 'a/ﬀ', 'a/😀', 'b/a/b', 'a/%', '_/x'];
      const id = await copyAll(state, paths);
      const bytewise = (list: readonly string[]) =>
        [...list].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
      const pathsOf = (records: readonly FileRecord[]) => records.map(({ path }) => path);
      for (const limit of [1, 3, 100]) {
        t.deepEqual(pathsOf(await walk(state, id, '', limit)), bytewise(paths));
        const below = paths.filter((path) => path.startsWith('a/'));
        t.deepEqual(pathsOf(await walk(state, id, 'a', limit)), bytewise(below));
        t.deepEqual(pathsOf(await walk(state, id, 'a/b', limit)), ['a/b/c']);
      }
      t.deepEqual(await state.fileTotals(id, ''), { files: paths.length, bytes: 10 * paths.length });
      t.deepEqual(await state.fileTotals(id, 'a'), { files: 6, bytes: 60 });
      t.deepEqual(await state.fileTotals(id, 'nothing'), { files: 0, bytes: 0 });
      const other = await state.pipeline('other');
      t.deepEqual(await walk(state, other.id, '', 10), []);
    },
  );

  declare('a record holds all that was recorded, and who works on it now', async (t, state) => {
    const id = await planRun(state, 'r', ['a', 'b', 'c']);
    const owner = { pipelineId: id, run: 'r', owner: 'me' };
    const [a, b, c] = await claimAll(state, id, 'me');
    if (!a || !b || !c) throw new Error('nothing claimed');
    const full = {
      ...checkpoint(a),
      targetPath: 'a.gz',
      targetMtimeMs: 1_709_251_200_123,
      sourceDigest: { segmentBytes: 4, segments: ['cd', 'ef'] },
    };
    await state.recordOutcomes(owner, [{ ...copied(a), checkpoint: full }, copied(b), failed(c)]);
    const known = { held: false, intent: undefined, token: 1 };
    t.deepEqual(await state.file(id, 'a'), { ...full, ...known, path: 'a' });
    t.deepEqual(await state.file(id, 'b'), { ...checkpoint(b), ...known, path: 'b' });
    t.is(await state.file(id, 'c'), undefined, 'never published');
    t.is((await walk(state, id, '', 10)).length, 2);

    await planRun(state, 'r2', ['a']);
    const [again] = await state.claim({ pipelineId: id, run: 'r2', batch: 1, owner: 'you', leaseMs: 60_000, limit: 1 });
    if (!again) throw new Error('nothing claimed');
    t.like(await state.file(id, 'a'), { token: 2, held: true });
    await state.saveIntents({ pipelineId: id, run: 'r2', owner: 'you' }, [
      { path: 'a', token: 2, intent: { stage: 'x' } },
    ]);
    await state.release('you');
    t.deepEqual(await state.file(id, 'a'), { ...full, path: 'a', token: 2, held: false, intent: { stage: 'x' } });
  });
}
