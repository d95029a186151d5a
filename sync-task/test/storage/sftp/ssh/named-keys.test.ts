/** Host keys as people paste them. */
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { namedKeys } from '../../../../src/storage/sftp/ssh/named-keys.ts';
import { readPrivateKeys } from '../../../../src/storage/sftp/ssh/private-keys.ts';
import { blobOf, fingerprintOf, newKeyPair } from '../../../kit/ssh-keys.ts';

const line = newKeyPair().publicKey;
const print = fingerprintOf(line);
const bare = print.slice('SHA256:'.length);
const base64 = blobOf(line).toString('base64');
const md5 = createHash('md5').update(blobOf(line)).digest('hex').match(/../g)?.join(':') as string;

const forms: Readonly<Record<string, string>> = {
  'a fingerprint': print,
  'a fingerprint with padding': `${print}=`,
  'a fingerprint in lower case, without its prefix': bare,
  'a fingerprint with another prefix': `sha256:${bare}`,
  'what ssh-keygen -l prints': `256 ${print} root@host (ED25519)`,
  'a key': line,
  'a key with a comment': `${line} root@host`,
  'what ssh-keyscan prints': `# host:22 SSH-2.0-OpenSSH_9.2p1\nhost ${line}\n`,
  'a line of known_hosts': `[host]:2222,[10.0.0.1]:2222 ${line}`,
  'a key without its type': base64,
  'one in quotation marks': `"${print}"`,
  'what PuTTY shows': `ssh-ed25519 255 ${print}`,
  'what WinSCP shows': `ssh-ed25519 255 ${bare}=`,
  'what ssh asks': `ED25519 key fingerprint is ${print}.`,
  'hexadecimal digits': createHash('sha256').update(blobOf(line)).digest('hex'),
  'one with a line end': `${print}\r\n`,
};
for (const [what, text] of Object.entries(forms)) {
  test(`${what} is taken`, (t) =>
    t.deepEqual(
      namedKeys(text, 'KEY').map((key) => key.fingerprint),
      [print],
    ));
}

test('several are taken', (t) => {
  const other = `SHA256:${'A'.repeat(43)}`;
  for (const text of [
    `${print},${other}`,
    `${print} ${other}`,
    `${print}\n${other}`,
    `${bare}, ${other}`,
    `${line}\n${other}`,
  ]) {
    t.deepEqual(
      namedKeys(text, 'KEY').map((key) => key.fingerprint),
      [print, other],
    );
  }
});

const refused: Readonly<Record<string, readonly [string, RegExp]>> = {
  'MD5 with a prefix': [`MD5:${md5}`, /KEY is an MD5 or SHA-1 fingerprint.* give the SHA256 one/],
  'MD5 without one': [md5, /is an MD5 or SHA-1 fingerprint/],
  'MD5 as PuTTY shows it': [`ssh-ed25519 255 ${md5}`, /is an MD5 or SHA-1 fingerprint/],
  'MD5 without colons': [md5.replaceAll(':', ''), /is an MD5 or SHA-1 fingerprint/],
  'a path': ['/etc/ssh/known_hosts', /KEY is a path: give it as KEY_FILE/],
  'a key cut short': [line.slice(0, 40), /was cut short/],
  'a fingerprint cut short': [print.slice(0, 40), /is no host key; it takes SHA256:…/],
  'some word': ['yes', /is no host key/],
  nothing: [' \n', /is empty/],
};
for (const [what, [text, says]] of Object.entries(refused)) {
  test(`${what} is refused as a wrong setting`, (t) => {
    const error = t.throws(() => namedKeys(text, 'KEY'), { message: says });
    t.like(error, { kind: 'usage', reason: 'bad-host-key' });
  });
}

test('an Ed25519 key in PKCS #8 is read', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (let count = 0; count < 20; count++) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const [key] = readPrivateKeys(text, undefined);
    const x = publicKey.export({ format: 'jwk' }).x as string;
    t.deepEqual(key?.getPublicSSH().subarray(-32), Buffer.from(x, 'base64url'));
    const encrypted = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'pass' });
    t.deepEqual(readPrivateKeys(encrypted.toString(), 'pass')[0]?.getPublicSSH(), key?.getPublicSSH());
  }
});

test('the forms are those of ssh-keygen', (t) => {
  t.regex(
    execFileSync('ssh-keygen', ['-lf', '-'], { input: line }).toString(),
    new RegExp(`^256 ${print.replaceAll(/[+/]/g, '\\$&')}`),
  );
});
