import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { newFolders, put, runCommand } from '../kit/job.ts';
import { startSftpServer } from '../kit/sftp-server/server.ts';

for (const place of ['folder', 'server'] as const) {
  test(`check says that a private file is opened to others at a target that is a ${place}`, async (t) => {
    const { source, target, environment } = await newFolders(t);
    await put(source, 'private.txt', 'content');
    const server = await startSftpServer({ root: target });
    t.teardown(() => server.stop());
    const settings = {
      ...environment,
      ...(place === 'server' && {
        SYNC_TASK_TARGET: `sftp://${server.user}@${server.host}:${server.port}/`,
        SYNC_TASK_TARGET_PASSWORD: server.password,
        SYNC_TASK_TARGET_KNOWN_HOSTS: server.knownHosts,
      }),
    };
    for (const [mode, isTold] of [
      [0o644, false],
      [0o600, true],
    ] as const) {
      await chmod(join(source, 'private.txt'), mode);
      const { code, stderr } = await runCommand(['check'], settings);
      t.is(code, 0, stderr);
      t.is(/created with mode 06[46]4 there; the source has files with mode 0600/.test(stderr), isTold, stderr);
    }
  });
}
