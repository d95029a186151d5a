import { createHmac } from 'node:crypto';
import test from 'ava';
import { knownKeys } from '../../../../src/storage/sftp/ssh/known-hosts.ts';

const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIA==';
const salt = Buffer.from('12345678901234567890');
const hashed = (name: string) =>
  `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;

const lines: readonly (readonly [title: string, line: string, host: string, port: number, known: boolean])[] = [
  ['a plain name', `host ssh-ed25519 ${key}`, 'host', 22, true],
  ['case does not count', `HOST ssh-ed25519 ${key}`, 'Host', 22, true],
  ['one of several', `other,host,10.0.0.1 ssh-ed25519 ${key}`, 'host', 22, true],
  ['another name', `other ssh-ed25519 ${key}`, 'host', 22, false],
  ['a port of its own', `[host]:2222 ssh-ed25519 ${key}`, 'host', 2222, true],
  ['the name alone will do for another port, as for OpenSSH', `host ssh-ed25519 ${key}`, 'host', 2222, true],
  ['22 written out is not port 22 for OpenSSH', `[host]:22 ssh-ed25519 ${key}`, 'host', 22, false],
  ['a wildcard', `*.example.com ssh-ed25519 ${key}`, 'a.example.com', 22, true],
  ['a dot is a dot', `a.example.com ssh-ed25519 ${key}`, 'aXexample.com', 22, false],
  ['a negation wins', `*.example.com,!b.example.com ssh-ed25519 ${key}`, 'b.example.com', 22, false],
  ['a hashed name', `${hashed('host')} ssh-ed25519 ${key}`, 'host', 22, true],
  ['a hashed name with a port', `${hashed('[host]:2222')} ssh-ed25519 ${key}`, 'host', 2222, true],
  ['another hashed name', `${hashed('other')} ssh-ed25519 ${key}`, 'host', 22, false],
  ['an IPv6 address', `[::1]:2222 ssh-ed25519 ${key}`, '::1', 2222, true],
  ['a comment', `# host ssh-ed25519 ${key}`, 'host', 22, false],
  ['a certificate authority is not a key', `@cert-authority host ssh-ed25519 ${key}`, 'host', 22, false],
  ['a line cut short', 'host ssh-ed25519', 'host', 22, false],
];

for (const [title, line, host, port, known] of lines) {
  test(`known_hosts: ${title}`, (t) => {
    t.is(knownKeys(`\n${line}\n`, host, port).length, known ? 1 : 0);
  });
}

test('known_hosts: a revoked key is marked', (t) => {
  t.like(knownKeys(`@revoked host ssh-ed25519 ${key}`, 'host', 22)[0], { revoked: true, type: 'ssh-ed25519' });
});
