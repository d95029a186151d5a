/** The storage contract over SFTP: a server with every extension, one with none and odd habits, and several connections. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { SftpStorageOptions } from '../../../src/storage/sftp/sftp-storage.ts';
import { type OpenedFolder, openedFolder, storageContract } from '../../contract/storage.ts';
import { type Faults, startSftpServer } from '../../kit/sftp-server/server.ts';
import { openSftp } from '../../kit/sftp-storage.ts';

function opener(faults: Faults, options: Partial<SftpStorageOptions> = {}, identification?: string) {
  return async (t: ExecutionContext): Promise<OpenedFolder> => {
    const parent = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
    t.teardown(() => rm(parent, { recursive: true, force: true }));
    const root = join(parent, 'root');
    await mkdir(root);
    const server = await startSftpServer({ root: parent, faults, ...(identification && { identification }) });
    t.teardown(() => server.stop());
    const { password, knownHosts } = server;
    return openedFolder(await openSftp(server, '/root', { password, knownHosts }, options), root);
  };
}

storageContract(test.serial, 'sftp', opener({}));
storageContract(
  test.serial,
  'sftp, an old and odd server',
  opener({ noExtensions: true, shortReads: 10_000, outOfOrder: true, maxPacketBytes: 34_000 }),
);
storageContract(
  test.serial,
  'sftp, requests carried out side by side',
  opener({ sideBySide: true, timeOfClosing: true, withoutFsync: true }, {}, 'Go'),
);
storageContract(
  test.serial,
  'sftp, what it leaves out is asked for',
  opener({ leavesOut: { READDIR: ['size', 'mode', 'times'], LSTAT: ['times'] }, tellsTwice: true }),
);
storageContract(
  test.serial,
  'sftp, sizes are told nowhere',
  opener({ leavesOut: { READDIR: ['size'], LSTAT: ['size'], FSTAT: ['size'] } }, {}, 'Go'),
);
storageContract(test.serial, 'sftp, four connections', opener({ delayMs: 1 }, { connections: 4 }));
