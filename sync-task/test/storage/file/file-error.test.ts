import { writeFile } from 'node:fs/promises';
import test from 'ava';
import { SyncError } from '../../../src/base/errors.ts';
import { explainFileError } from '../../../src/storage/file/file-error.ts';

const operation = { label: 'file:///data', path: 'sub/file', what: 'write', neededBytes: 4096 };

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as the system says it`), { code, syscall: 'write' });
}

const table = [
  ['ENOSPC', 'permanent', 'disk-full'],
  ['EDQUOT', 'permanent', 'disk-full'],
  ['EACCES', 'permission', 'permission-denied'],
  ['EPERM', 'permission', 'permission-denied'],
  ['EROFS', 'permission', 'read-only'],
  ['EMFILE', 'transient', 'too-many-open-files'],
  ['ENFILE', 'transient', 'too-many-open-files'],
  ['EIO', 'transient', 'io-error'],
  ['ESTALE', 'transient', 'stale'],
  ['EBUSY', 'transient', 'busy'],
  ['ENOENT', 'permanent', 'not-found'],
  ['ENOTDIR', 'permanent', 'not-a-folder'],
  ['EISDIR', 'permanent', 'is-a-folder'],
  ['ENAMETOOLONG', 'permanent', 'name-too-long'],
  ['ENOTBLK', 'permanent', 'enotblk'],
] as const;

for (const [code, kind, reason] of table) {
  test(`${code} is ${kind}: ${reason}`, (t) => {
    const cause = systemError(code);
    const explained = explainFileError(cause, operation);
    t.true(explained instanceof SyncError);
    t.like(explained, { kind, reason, path: 'sub/file', cause });
    t.regex((explained as SyncError).message, /^file:\/\/\/data: cannot write "sub\/file": [^\n]+$/);
  });
}

test('a disk that is really full says how many bytes are needed', async (t) => {
  const cause = await t.throwsAsync(writeFile('/dev/full', 'x'));
  const explained = explainFileError(cause, operation);
  t.like(explained, { kind: 'permanent', reason: 'disk-full' });
  t.regex((explained as SyncError).message, /4096 bytes/);
});

test('what is no system error stays as it is', (t) => {
  const known = new SyncError('known', { kind: 'changed', reason: 'vanished' });
  t.is(explainFileError(known, operation), known);
  const defect = new TypeError('a defect');
  t.is(explainFileError(defect, operation), defect);
});
