/** What a crash, a refusal or a lost answer leaves, and what the next attempt makes of it. */
import { readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../../src/base/errors.ts';
import { finish } from '../../../src/engine/commands/finish.ts';
import { run } from '../../../src/engine/commands/run.ts';
import { sync } from '../../../src/engine/commands/sync.ts';
import { plan } from '../../../src/engine/plan/plan.ts';
import type { State } from '../../../src/state/state.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { newEngine } from '../../kit/engine.ts';
import { put, treeOf } from '../../kit/folders.ts';

const refused = (path: string) =>
  new SyncError(`${path}: may not be renamed`, { kind: 'permission', reason: 'permission', path });
const gone = () => new SyncError('the state is away', { kind: 'transient', reason: 'state-unreachable' });
const MASK = { transform: ['mask:token=secret1,length=keep'] };
const SECONDS = 1_767_322_000;

const refusesToPublish = (target: Storage): Storage => ({
  ...target,
  publish: (path) => Promise.reject(refused(path)),
});
/** Dies between publishing and recording: nothing it says after that is heard. */
const diesBeforeRecording = (state: State): State => ({
  ...state,
  recordOutcomes: () => Promise.reject(gone()),
});

async function secretJob(t: ExecutionContext) {
  const engine = await newEngine(t);
  await put(engine.source, 'a.txt', 'user secret1 logged in\n');
  await utimes(join(engine.source, 'a.txt'), SECONDS, SECONDS);
  return engine;
}

for (const leftBy of ['a refusal', 'a lost answer', 'a crash'] as const) {
  test(`an old file of the same size and time is not taken for what ${leftBy} left unpublished`, async (t) => {
    const { target, context } = await secretJob(t);
    t.is((await sync(await context(), 'first')).status, 'done');
    await plan(await context({}, MASK), 'r');
    if (leftBy === 'a refusal') {
      const failed = await run(await context({ target: refusesToPublish }, MASK), 'r', 1);
      t.is(failed.files.failed, 1);
    } else {
      const state = (real: State): State => ({
        ...real,
        async saveIntents(owner, rows) {
          if (leftBy === 'a lost answer') await real.saveIntents(owner, rows);
          throw gone();
        },
      });
      await run(await context({ state }, { ...MASK, attempts: 1 }), 'r', 1);
    }
    t.is(await readFile(join(target, 'a.txt'), 'utf8'), 'user secret1 logged in\n');
    if (leftBy === 'a crash') {
      for (const path of Object.keys(await treeOf(target)))
        if (path.includes('.sync-task')) await rm(join(target, path));
    }
    const again = await run(await context({}, MASK), 'r', 1);
    t.is(again.files.copied, 1);
    t.deepEqual(await treeOf(target), { 'a.txt': 'user ******* logged in\n' });
    t.is((await finish(await context({}, MASK), 'r')).status, 'done');
  });
}

test('a draft stands as long as an intent to publish it may stand', async (t) => {
  const { target, context } = await secretJob(t);
  await plan(await context(), 'r');
  let fails = true;
  const state = (real: State): State => ({
    ...real,
    async saveIntents(owner, rows) {
      const lost = await real.saveIntents(owner, rows);
      if (fails) throw gone();
      return lost;
    },
  });
  await run(await context({ state }, { attempts: 1 }), 'r', 1);
  t.is(Object.keys(await treeOf(target)).length, 1, 'the draft alone');
  fails = false;
  const again = await run(await context(), 'r', 1);
  t.is(again.bytes.read, 0, 'it was published, not copied again');
  t.deepEqual(await treeOf(target), { 'a.txt': 'user secret1 logged in\n' });
});

for (const existing of ['refuse', 'adopt', 'replace'] as const) {
  test(`published and not recorded, then finish: it is known as ours, --existing ${existing}`, async (t) => {
    const { target, context } = await secretJob(t);
    const flags = { existing, ...MASK };
    await plan(await context({}, flags), 'r');
    await t.throwsAsync(async () => run(await context({ state: diesBeforeRecording }, flags), 'r', 1));
    t.deepEqual(Object.keys(await treeOf(target)), ['a.txt']);
    const finished = await finish(await context({}, flags), 'r');
    t.like(finished, { status: 'done', files: { copied: 1 }, swept: 1 });
    const next = await sync(await context({}, flags), 'next');
    t.like(next, { status: 'done', files: { copied: 0, unchanged: 1 } });
  });
}

test('published by other transforms and not recorded: the next sync makes it what is wanted', async (t) => {
  const { target, context } = await secretJob(t);
  const plain = 'user secret1 logged in\n';
  await sync(await context(), 'first');
  await plan(await context({}, { ...MASK, force: true }), 'forced');
  const died = async () => run(await context({ state: diesBeforeRecording }, { ...MASK, force: true }), 'forced', 1);
  await t.throwsAsync(died);
  t.not(await readFile(join(target, 'a.txt'), 'utf8'), plain);
  const next = await sync(await context(), 'next');
  t.like(next, { status: 'done', files: { copied: 1 } });
  t.is(await readFile(join(target, 'a.txt'), 'utf8'), plain);
  t.like((await sync(await context(), 'last')).files, { copied: 0, unchanged: 1 });
});

for (const existing of ['refuse', 'adopt'] as const) {
  test(`what stands there unrecorded stays ours while its successor fails again and again, --existing ${existing}`, async (t) => {
    const { source, target, context } = await secretJob(t);
    const flags = { existing, attempts: 1 };
    await plan(await context({}, flags), 'r');
    await t.throwsAsync(async () => run(await context({ state: diesBeforeRecording }, flags), 'r', 1));
    await put(source, 'a.txt', 'a newer version');
    for (const name of ['second', 'third']) {
      const failed = await sync(await context({ target: refusesToPublish }, flags), name);
      t.is(failed.files.failed, 1, JSON.stringify(failed.errors));
    }
    t.like(await sync(await context({}, flags), 'last'), { status: 'done', files: { copied: 1 } });
    t.deepEqual(await treeOf(target), { 'a.txt': 'a newer version' });
  });
}

test('announced and not published: a file that is as it was copied is settled, and not copied again', async (t) => {
  const { target, context } = await secretJob(t);
  await sync(await context(), 'first');
  await plan(await context({}, { force: true }), 'forced');
  const dies = (real: Storage): Storage => ({ ...real, publish: () => Promise.reject(gone()) });
  await run(await context({ target: dies }, { force: true, attempts: 1 }), 'forced', 1);
  const next = await sync(await context(), 'next');
  t.like(next, { status: 'done', files: { copied: 0, unchanged: 1 } });
  t.deepEqual(Object.keys(await treeOf(target)), ['a.txt']);
  t.is((await sync(await context(), 'last')).files.planned, 0);
});

test('a target that may not be read proves nothing: the file is copied again, and does not fail', async (t) => {
  const { target, context } = await secretJob(t);
  const flags = { existing: 'replace' };
  await plan(await context({}, flags), 'r');
  await t.throwsAsync(async () => run(await context({ state: diesBeforeRecording }, flags), 'r', 1));
  const dropBox = (real: Storage): Storage => ({
    ...real,
    // biome-ignore lint/correctness/useYield: it gives nothing
    async *read(path) {
      throw new SyncError('may not be read', { kind: 'permission', reason: 'permission', path });
    },
  });
  t.like(await run(await context({ target: dropBox }, flags), 'r', 1), { status: 'done', files: { copied: 1 } });
  t.deepEqual(Object.keys(await treeOf(target)), ['a.txt']);
});

test('published and not recorded, then changed at the source: it is replaced although existing files are refused', async (t) => {
  const { source, target, context } = await secretJob(t);
  const flags = { existing: 'refuse' };
  await plan(await context({}, flags), 'r');
  await t.throwsAsync(async () => run(await context({ state: diesBeforeRecording }, flags), 'r', 1));
  await put(source, 'a.txt', 'a newer version');
  const next = await sync(await context({}, flags), 'next');
  t.like(next, { status: 'done', files: { copied: 1 } });
  t.deepEqual(await treeOf(target), { 'a.txt': 'a newer version' });
});

test('a sweep does not take an older version for the one that a run planned', async (t) => {
  const { source, target, context } = await secretJob(t);
  await plan(await context(), 'r');
  await t.throwsAsync(async () => run(await context({ state: diesBeforeRecording }), 'r', 1));
  await put(source, 'a.txt', 'a newer version');
  await plan(await context(), 'next');
  const away = (real: State): State => ({ ...real, saveIntents: () => Promise.reject(gone()) });
  await t.notThrowsAsync(async () => run(await context({ state: away }, { attempts: 1 }), 'next', 1));
  const finished = await finish(await context(), 'next');
  t.is(finished.files.copied, 0);
  t.is((await sync(await context(), 'last')).files.copied, 1);
  t.deepEqual(await treeOf(target), { 'a.txt': 'a newer version' });
});

test('a file that comes while one is copied is not replaced where existing files are refused', async (t) => {
  const { target, context } = await secretJob(t);
  const late = (real: Storage): Storage => ({
    ...real,
    async publish(path, name, options) {
      await put(target, path, 'somebody else');
      await real.publish(path, name, options);
    },
  });
  const flags = { existing: 'refuse' };
  t.like((await sync(await context({ target: late }, flags), 'r')).files, { refused: 1, copied: 0 });
  t.deepEqual(await treeOf(target), { 'a.txt': 'somebody else' });
});

test('a new file whose answer was lost is known although existing files are refused', async (t) => {
  const { target, context } = await secretJob(t);
  let lost = 0;
  const losesAnswer = (real: Storage): Storage => ({
    ...real,
    async publish(path, name, options) {
      await real.publish(path, name, options);
      if (lost++ === 0) throw new SyncError('the line is dead', { kind: 'transient', reason: 'connection', path });
    },
  });
  const done = await sync(await context({ target: losesAnswer }, { existing: 'refuse' }), 'r');
  t.like(done, { status: 'done', files: { copied: 1 } });
  t.is(lost, 1);
  t.deepEqual(await treeOf(target), { 'a.txt': 'user secret1 logged in\n' });
});

test('a worker whose lease is over writes nothing more, and leaves what stands to its successor', async (t) => {
  const { target, context } = await secretJob(t);
  await plan(await context(), 'r');
  let monotonicMs = 0;
  const freezes = (real: Storage): Storage => ({
    ...real,
    async draft(path, options) {
      const draft = await real.draft(path, options);
      monotonicMs += 3_600_000;
      return draft;
    },
  });
  const state = (real: State): State => ({ ...real, renew: () => Promise.resolve(new Map<string, number>()) });
  const woken = await run(await context({ target: freezes, state, world: { monotonicMs: () => monotonicMs } }), 'r', 1);
  t.is(woken.errors[0]?.reason, 'lease-lost');
  const [draft = ''] = Object.values(await treeOf(target));
  t.is(draft, '');
});

test('a file that failed before anything was written leaves nothing to clean up', async (t) => {
  const { target, context } = await secretJob(t);
  await put(target, 'a.txt/in-the-way', 'x');
  const done = await sync(await context(), 'r');
  t.like(done.files, { failed: 1 });
  const { state, settings } = await context();
  t.is(await state.countAbandoned((await state.pipeline(settings.pipeline)).id, 10), 0);
});
