/** Publishing at servers with and without atomic requests: which of them replace nothing, and what a sleeper can do between the steps. */
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../../../src/base/errors.ts';
import type { Storage } from '../../../../src/storage/storage.ts';
import { finishDraft, never, throwsSyncError } from '../../../contract/storage/arrange.ts';
import { type Faults, type SftpServerOptions, startSftpServer } from '../../../kit/sftp-server/server.ts';
import { openSftp } from '../../../kit/sftp-storage.ts';

const exists = { kind: 'refused', reason: 'exists' } as const;

async function openServer(t: ExecutionContext, faults: Faults, onRequest?: SftpServerOptions['onRequest']) {
  const root = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  const server = await startSftpServer({ root, faults, ...(onRequest && { onRequest }) });
  t.teardown(() => server.stop());
  const { password, knownHosts } = server;
  const open = async () => {
    const storage = await openSftp(server, '/', { password, knownHosts });
    t.teardown(() => storage[Symbol.asyncDispose]());
    return storage;
  };
  const text = (name: string) => readFile(join(root, name), 'utf8').catch(() => undefined);
  return { root, server, open, text };
}

/** What the server is like, what is known of it when it is opened, and what a probe finds. */
const servers: readonly (readonly [what: string, faults: Faults, opened: string, probed: string])[] = [
  ['with hard links', {}, 'atomic', 'atomic'],
  ['that announces hard links and has none', { refuseHardlink: true }, 'atomic', 'atomic'],
  ['that says it made a hard link and made none', { ignoreHardlink: true }, 'atomic', 'atomic'],
  ['without hard links, whose rename refuses', { noExtensions: true }, 'looked-at', 'atomic'],
  [
    'without hard links, whose rename replaces',
    { noExtensions: true, renameOverwrites: true },
    'looked-at',
    'looked-at',
  ],
  [
    'that announces hard links only, and replaces',
    { refuseHardlink: true, renameOverwrites: true },
    'atomic',
    'looked-at',
  ],
];

for (const [what, faults, opened, probed] of servers) {
  test(`a server ${what}: a new file is published, a standing one stays where it is`, async (t) => {
    const { root, server, open, text } = await openServer(t, faults);
    const storage = await open();
    t.is(storage.capabilities.publishesNew, opened as 'atomic');
    await storage.publish('new', await finishDraft(storage, 'new', 'content'), { onlyNew: true });
    t.is(await text('new'), 'content');
    await writeFile(join(root, 'old'), 'theirs');
    const renames = () => server.counters.requests.get('RENAME') ?? 0;
    const before = renames();
    const name = await finishDraft(storage, 'old', 'ours');
    await throwsSyncError(t, () => storage.publish('old', name, { onlyNew: true }), exists);
    t.is(renames(), before, 'it was not moved aside for an instant');
    t.is(await text('old'), 'theirs');
    t.true(await storage.recover('old', name));
    const other = await open();
    await other.probe(never);
    t.is(other.capabilities.publishesNew, probed as 'atomic');
    t.deepEqual((await readdir(root)).sort(), ['new', 'old']);
  });
}

/**
 * A worker that falls asleep before a step of publishing, on a server without atomic rename; then its successor does all of
 * its work, and it wakes. `late`: it had asked just before it fell asleep, so that its step is not refused.
 */
const successors: Readonly<Record<string, (storage: Storage, draft: string) => Promise<unknown>>> = {
  async 'removes its draft and publishes his own'(storage, draft) {
    await storage.recover('file', draft);
    await storage.publish('file', await finishDraft(storage, 'file', 'of the successor'));
  },
  async 'publishes its draft'(storage, draft) {
    await storage.publish('file', draft);
    await storage.recover('file', draft);
  },
  async 'publishes its draft, and then a newer one'(storage, draft) {
    await storage.publish('file', draft);
    await storage.recover('file', draft);
    await storage.publish('file', await finishDraft(storage, 'file', 'of the successor'));
  },
};

for (const renameOverwrites of [false, true]) {
  for (const [what, succeed] of Object.entries(successors)) {
    for (const step of [1, 2]) {
      for (const late of [false, true]) {
        const title = `asleep before step ${step}${late ? ', late' : ''}; its successor ${what}${renameOverwrites ? '; rename replaces' : ''}`;
        test(title, async (t) => {
          const { root, open, text } = await openServer(t, { noExtensions: true, renameOverwrites });
          const [sleeper, successor] = [await open(), await open()];
          await writeFile(join(root, 'file'), 'old');
          const draft = await finishDraft(sleeper, 'file', 'of the sleeper');
          let asked = 0;
          await t.throwsAsync(
            sleeper.publish('file', draft, {
              async mayWrite() {
                asked++;
                if (asked === step) await succeed(successor, draft);
                if (asked >= step && !late) throw new SyncError('over', { kind: 'transient', reason: 'lease-lost' });
              },
            }),
          );
          t.is(
            await text('file'),
            what.includes('own') || what.includes('newer') ? 'of the successor' : 'of the sleeper',
          );
          t.deepEqual(await readdir(root), ['file']);
        });
      }
    }
  }
}

for (const late of [false, true]) {
  test(`a refused rename, then asleep before the old file is moved back${late ? ', late' : ''}: it is in its place again`, async (t) => {
    const { server, root, open, text } = await openServer(t, { noExtensions: true });
    const [sleeper, successor] = [await open(), await open()];
    await writeFile(join(root, 'file'), 'old');
    const draft = await finishDraft(sleeper, 'file', 'of the sleeper');
    server.faults.failAtRequest = { type: 'RENAME', count: 2 };
    let asked = 0;
    await t.throwsAsync(
      sleeper.publish('file', draft, {
        async mayWrite() {
          if (++asked !== 3) return;
          await successor.recover('file', draft);
          if (!late) throw new SyncError('over', { kind: 'transient', reason: 'lease-lost' });
        },
      }),
    );
    t.is(await text('file'), 'old');
    t.deepEqual(await readdir(root), ['file']);
  });
}

for (const [what, faults] of [
  [
    'with posix-rename, which is refused',
    { failAtRequest: { type: 'posix-rename@openssh.com', count: 1, times: 9, status: 3 } },
  ],
  [
    'with a rename that is refused',
    { withoutPosixRename: true, failAtRequest: { type: 'RENAME', count: 1, times: 9, status: 3 } },
  ],
  [
    'with nothing but a rename that is refused',
    { noExtensions: true, failAtRequest: { type: 'RENAME', count: 1, times: 9, status: 3 } },
  ],
] as const) {
  test(`check fails as a run would at a server ${what}, and leaves nothing`, async (t) => {
    const { root, open } = await openServer(t, faults);
    const storage = await open();
    await throwsSyncError(t, () => storage.probe(never), { kind: 'permission', reason: 'rename-refused' });
    t.deepEqual(await readdir(root), []);
  });
}

test('an owner who takes a file away as soon as it has its name gets it once', async (t) => {
  let taken = 0;
  let root = '';
  let isWatching = false;
  const place = await openServer(t, {}, (request) => {
    if (!isWatching || request !== 'LSTAT' || !existsSync(join(root, 'second'))) return;
    taken++;
    rmSync(join(root, 'second'));
  });
  ({ root } = place);
  const storage = await place.open();
  await storage.publish('first', await finishDraft(storage, 'first', 'a'), { onlyNew: true });
  isWatching = true;
  await storage.publish('second', await finishDraft(storage, 'second', 'b'), { onlyNew: true });
  t.is(taken, 1);
  t.deepEqual(await readdir(root), ['first']);
});

test('an owner who takes drafts away: says which way there is', async (t) => {
  const { root, open } = await openServer(t, {});
  const storage = await open();
  const name = await finishDraft(storage, 'file', 'content');
  for (const draft of await readdir(root)) rmSync(join(root, draft));
  const error = await t.throwsAsync(() => storage.publish('file', name), { instanceOf: SyncError });
  t.like(error, { kind: 'transient', reason: 'draft-missing' });
  t.regex(error?.message ?? '', /run again, or with --publish in-place where the server takes files away/);
});
