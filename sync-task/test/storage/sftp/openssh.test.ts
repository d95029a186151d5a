/** The storage contract against a real OpenSSH, where it is installed. */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { openedFolder, storageContract } from '../../contract/storage.ts';
import { needs } from '../../kit/needs.ts';
import { type OpenSsh, startOpenSsh } from '../../kit/openssh.ts';
import { openSftp } from '../../kit/sftp-storage.ts';

let sshd: OpenSsh | undefined;

const test = needs('OpenSSH');
test.before(async () => {
  sshd = await startOpenSsh();
});
storageContract(test.serial, 'openssh', async () => {
  if (!sshd) throw new Error('sshd is there but did not start');
  const parent = await mkdtemp(join(sshd.root, 'test-'));
  const root = join(parent, 'root');
  await mkdir(root);
  const { knownHosts, userKeys } = sshd;
  const storage = await openSftp(sshd, root, { knownHosts, privateKey: userKeys.plain.privateKey });
  return openedFolder(storage, root);
});
test.after.always(async () => {
  await sshd?.stop();
});
