/** `trust`: the host keys of a server, for people and for known_hosts. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { resultSchema } from '../../src/engine/result/result-schema.ts';
import { newFolders, runCommand } from '../kit/job.ts';
import { startSftpServer } from '../kit/sftp-server/server.ts';
import { fingerprintOf, publicKeyOf } from '../kit/ssh-keys.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ecdsa = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const moreHostKeys = [
  rsa.export({ type: 'pkcs1', format: 'pem' }).toString(),
  ecdsa.export({ type: 'sec1', format: 'pem' }).toString(),
];

test('trust shows every host key and writes lines that let in from then on', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  const server = await startSftpServer({ root: folder, moreHostKeys });
  t.teardown(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const { host, port, user } = server;
  const url = `sftp://${user}@${host}:${port}/`;
  const file = join(folder, 'known_hosts');
  const shown = await runCommand(['trust', '--source', url], {});
  t.is(shown.code, 0, shown.stderr);
  t.notThrows(() => resultSchema.parse(shown.result));
  const fingerprints = [
    server.hostKeyFingerprint,
    ...moreHostKeys.map((key) => fingerprintOf(publicKeyOf(key))),
  ].sort();
  const { hostKeys } = shown.result.capabilities['source'] as { hostKeys: { fingerprint: string }[] };
  t.deepEqual(hostKeys.map(({ fingerprint }) => fingerprint).sort(), fingerprints);
  for (const fingerprint of fingerprints) t.true(shown.stderr.includes(fingerprint));
  t.regex(shown.stderr, /what the operator of 127\.0\.0\.1 says/);

  await writeFile(file, '# mine');
  for (const added of [3, 0]) {
    const written = await runCommand(['trust', '--source', url, '--write', file], {});
    t.is(written.code, 0, written.stderr);
    t.true(written.stderr.includes(`${added} lines added`));
  }
  const text = await readFile(file, 'utf8');
  t.is(text.split('\n').length, 5);
  const found = execFileSync('ssh-keygen', ['-F', `[${host}]:${port}`, '-f', file, '-l']).toString();
  for (const fingerprint of fingerprints) t.true(found.includes(fingerprint));

  const { environment } = await newFolders(t);
  const checked = await runCommand(['check', '--source', url], {
    ...environment,
    SYNC_TASK_SOURCE_PASSWORD: server.password,
    SYNC_TASK_SOURCE_KNOWN_HOSTS_FILE: file,
  });
  t.is(checked.code, 0, checked.stderr);

  await writeFile(
    file,
    `[${host}]:${port} ${publicKeyOf(rsa.export({ type: 'pkcs1', format: 'pem' }).toString())}\n`.replace(
      'AAAAB3NzaC1yc2EAAAADAQAB',
      'AAAAB3NzaC1yc2EAAAADAQAC',
    ),
  );
  const other = await runCommand(['trust', '--source', url, '--write', file], {});
  t.is(other.code, 77, other.stderr);
  t.regex(other.stderr, /it has another ssh-rsa key for .* than the server shows/);
});

test('trust is for SFTP servers', async (t) => {
  t.is((await runCommand(['trust'], {})).code, 64);
  const { code, stderr } = await runCommand(['trust', '--source', 's3://bucket/'], {});
  t.is(code, 64);
  t.regex(stderr, /s3:\/\/bucket has no host key/);
});
