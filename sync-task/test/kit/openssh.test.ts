import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import type { SFTPWrapper } from 'ssh2';
import { startOpenSsh } from './openssh.ts';
import { fingerprintOf } from './ssh-keys.ts';
import ssh2 from './ssh2.ts';

test('a real sshd lets in its keys, serves its folder and ends with its sessions', async (t) => {
  const server = await startOpenSsh({ sftpServerOptions: '-P posix-rename', extraConfig: 'MaxSessions 3' });
  if (!server) {
    t.log('left out: this machine has no sshd (apt-get install openssh-server)');
    t.pass();
    return;
  }
  t.teardown(() => server.stop());
  const { host, port, user: username, root, userKeys } = server;
  const { plain, encrypted, passphrase } = userKeys;
  for (const key of [{ privateKey: plain.privateKey }, { privateKey: encrypted.privateKey, passphrase }]) {
    const client = new ssh2.Client();
    t.teardown(() => client.destroy());
    let seen = '';
    const hostVerifier = (hostKey: Buffer) => {
      seen = fingerprintOf(`ssh-ed25519 ${hostKey.toString('base64')}`);
      return true;
    };
    client.connect({ host, port, username, hostVerifier, algorithms: { serverHostKey: ['ssh-ed25519'] }, ...key });
    await once(client, 'ready');
    t.is(seen, server.hostKeyFingerprint);
    const sftp = await (promisify(client.sftp) as () => Promise<SFTPWrapper>).call(client);
    const path = join(server.remoteRoot, 'file');
    await (promisify(sftp.writeFile) as (path: string, data: string) => Promise<void>).call(sftp, path, passphrase);
    t.is(await readFile(join(root, 'file'), 'utf8'), passphrase);
    const rename = promisify(sftp.ext_openssh_rename) as (from: string, to: string) => Promise<void>;
    await t.throwsAsync(rename.call(sftp, path, `${path}2`), undefined, 'denied by sftpServerOptions');
    if (key.privateKey !== encrypted.privateKey) continue;
    const closed = once(client, 'close');
    await server.stop();
    await closed;
  }
  await t.throwsAsync(readFile(join(root, 'file')), { code: 'ENOENT' });
});
