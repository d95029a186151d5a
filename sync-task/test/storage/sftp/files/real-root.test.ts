/** A root that was seen and is gone is not made anew: its disk may not be mounted. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { never, startDraft, throwsSyncError } from '../../../contract/storage/arrange.ts';
import { startSftpServer } from '../../../kit/sftp-server/server.ts';
import { openSftp } from '../../../kit/sftp-storage.ts';

test('sftp: the root is made where it never stood, and is missed where it did', async (t) => {
  const parent = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(parent, { recursive: true, force: true }));
  const server = await startSftpServer({ root: parent });
  t.teardown(() => server.stop());
  const { password, knownHosts } = server;
  const root = join(parent, 'drop');
  await using fresh = await openSftp(server, '/drop', { password, knownHosts });
  const draft = await startDraft(fresh, 'in/a');
  await draft.discard();
  t.true(existsSync(join(root, 'in')));

  await using seen = await openSftp(server, '/drop', { password, knownHosts });
  for await (const _ of seen.list({ prefix: '', signal: never })) break;
  await rm(root, { recursive: true });
  for (const path of ['a', 'in/a']) {
    await throwsSyncError(t, () => startDraft(seen, path), { kind: 'permanent', reason: 'root-gone' });
  }
  t.false(existsSync(root));
  await mkdir(root);
  await (await startDraft(seen, 'in/a')).discard();
});
