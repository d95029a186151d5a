/** Fails when ssh2's insides are no longer what `ssh2-insides.ts` takes them for. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import test from 'ava';
import { Client, hasNativeCiphers } from '../../../../src/storage/sftp/ssh/ssh2.ts';
import { keepsNothing, packetRoom, reusePacketRoom, takesNow } from '../../../../src/storage/sftp/ssh/ssh2-insides.ts';
import { startSftpServer } from '../../../kit/sftp-server/server.ts';

const TAG_BYTES = 16;
const ADDON = 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node';

test('a connection has the insides that are used', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  const server = await startSftpServer({ root });
  t.teardown(async () => {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  });
  const client = new Client();
  t.teardown(() => client.end());
  t.false(keepsNothing(client), 'before it is connected nothing is known');
  const stream = await new Promise<Duplex>((resolve, reject) => {
    client.on('error', reject);
    client.on('ready', () =>
      client.subsys('sftp', (error, opened) => (error ? reject(error) : resolve(opened as never))),
    );
    client.connect({
      host: '127.0.0.1',
      port: server.port,
      username: server.user,
      password: server.password,
      algorithms: { cipher: ['aes128-gcm@openssh.com'] },
    });
  });
  t.true(keepsNothing(client));
  t.true(takesNow(stream, 1));
  t.false(takesNow(stream, 2 ** 31), 'more than a window');
  t.is(reusePacketRoom(client, { writableLength: 0 } as Socket), hasNativeCiphers);
});

/** What is garbage makes V8 collect, often enough for what came of it to be collected too. */
const afterConnections = `
  import { createRequire } from 'node:module';
  import { Client } from '${new URL('../../../../src/storage/sftp/ssh/ssh2.ts', import.meta.url).href}';
  const addon = createRequire(${JSON.stringify(import.meta.url)})('${ADDON}');
  const use = () => new addon.AESGCMCipher('aes-128-gcm', Buffer.alloc(16), Buffer.alloc(12)).free();
  for (let connections = 0; connections < 100; connections++) use();
  for (let turn = 0; turn < 100; turn++) {
    const garbage = Array.from({ length: 100_000 }, (_, number) => ({ number }));
    await new Promise((resolve) => setImmediate(resolve, garbage));
  }
  console.log(typeof Client);`;

test('ciphers of connections that have ended do not end the process', async (t) => {
  // The addon is optional: where it was built for another Node, ssh2 has other cipher classes, which are left alone.
  if (!hasNativeCiphers) {
    t.pass('no native ciphers here');
    return;
  }
  const ended = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', afterConnections]);
  t.is(ended.stdout, 'function\n');
});

test('room for a packet has its length, at least four bytes of padding up to a whole block, and the tag', (t) => {
  const room = packetRoom(() => true);
  for (let payloadBytes = 0; payloadBytes < 100; payloadBytes++) {
    const packet = room(payloadBytes);
    const encrypted = packet.readUInt32BE(0);
    const padding = packet[4] as number;
    t.is(encrypted % 16, 0);
    t.is(encrypted, 1 + payloadBytes + padding);
    t.true(padding >= 4 && padding < 20);
    t.is(packet.length, 4 + encrypted + TAG_BYTES);
  }
});

test('room is used again only when all before has left', (t) => {
  let sent = true;
  const room = packetRoom(() => sent);
  const first = room(100);
  t.is(room(100).byteOffset, first.byteOffset);
  sent = false;
  const kept = Array.from({ length: 50 }, (_, index) => room(30_000).fill(index));
  for (const [index, packet] of kept.entries()) t.true(packet.every((byte) => byte === index));
});
