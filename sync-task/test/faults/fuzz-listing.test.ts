/** A server names whatever it likes: nothing is read or written outside of what was asked for. */
import { readdir } from 'node:fs/promises';
import { dirname, posix } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import type { ListedEntry } from '../../src/base/model.ts';
import { newFolders, put, runCommand, treeOf } from '../kit/job.ts';
import { startSftpServer } from '../kit/sftp-server/server.ts';
import { openSftp } from '../kit/sftp-storage.ts';
import { hostileEnvironment } from './kit/places.ts';
import { seed } from './kit/random.ts';

const nasty = [
  '..',
  '.',
  '',
  '/',
  '../escape',
  '../../escape',
  '/etc/sync-task-escape',
  'a/b',
  'a/../../escape',
  'nul\0nul',
  'line\nbreak',
  '\x1b[2J',
  'caf\xe9',
  '\xc0\xaf',
  '\xed\xa0\x80',
  'back\\slash',
  '..\\escape',
  '-rf',
  'x'.repeat(300),
  '.sync-task.0123abcd-1-0123456789abcdef.tmp',
  '.sync-task.lookalike.tmp',
].map((name) => Buffer.from(name, 'latin1'));

const anyName = fc.oneof(
  fc.constantFrom(...nasty),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.constantFrom('.', '..', '/', '\0', 'a', 'é'), { maxLength: 6 })
    .map((parts) => Buffer.from(parts.join(''))),
);

test('any names in a listing: what is taken stays below the root, the rest is refused with a reason', async (t) => {
  const { source } = await newFolders(t);
  const server = await startSftpServer({ root: source });
  t.teardown(() => server.stop());
  await using storage = await openSftp(server, '/', { password: server.password, hostKey: server.hostKeyFingerprint });
  const { signal } = new AbortController();
  const property = fc.asyncProperty(fc.array(anyName, { maxLength: 30 }), async (names) => {
    server.faults.inventedNames = names;
    const entries: ListedEntry[] = [];
    for await (const page of storage.list({ prefix: '', signal })) entries.push(...page);
    for (const { kind, path, reason } of entries) {
      if (kind === 'refused') t.truthy(reason);
      else {
        t.is(posix.join('/root', path), `/root/${path}`);
        t.is(dirname(path), '.');
        t.false(path.includes('\0'));
      }
    }
    const skipped = ['.', '..', nasty.at(-2)?.toString()];
    const told = names.map((name) => name.toString('latin1')).filter((name) => !skipped.includes(name));
    t.is(entries.length, new Set(told).size, 'a name that is told twice counts once');
  });
  await t.notThrowsAsync(fc.assert(property, { numRuns: 200, seed }));
  t.log(`seed ${seed}`);
});

test('a whole run against a source that names whatever it likes', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'honest', 'content');
  const server = await startSftpServer({ root: source, faults: { inventedNames: nasty } });
  t.teardown(() => server.stop());
  const before = await readdir(dirname(target));
  const { code, result } = await runCommand(['sync', '--run', 'r'], {
    ...environment,
    ...hostileEnvironment(server, 'SOURCE'),
  });
  t.is(code, 65);
  t.deepEqual(await treeOf(target), { honest: 'content' });
  t.deepEqual(
    (await readdir(dirname(target))).filter((name) => !name.startsWith('state.db')),
    before,
  );
  t.true(result.errors.every(({ message }) => message !== ''));
});
