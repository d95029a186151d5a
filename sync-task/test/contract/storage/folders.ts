/** The cases of places with folders, links and names of bytes. */
import { execFileSync } from 'node:child_process';
import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { backupName, tempName } from '../../../src/storage/draft-name.ts';
import type { FolderCase } from '../storage.ts';
import {
  finishDraft,
  listAll,
  listPaths,
  publishFile,
  put,
  readAll,
  readWhile,
  someDraft,
  someTimeMs,
  startDraft,
  throwsSyncError,
} from './arrange.ts';

const MiB = 1024 * 1024;
const changed = { kind: 'changed', reason: 'changed-while-read' } as const;
const vanished = { kind: 'changed', reason: 'vanished' } as const;

/** The file as it was listed is no longer what stands there when it is read. */
const replacements: readonly (readonly [what: string, expected: typeof changed | typeof vanished, change: Change])[] = [
  ['gone with its folder', vanished, (file) => rm(dirname(file), { recursive: true })],
  ['a folder', changed, (file) => rm(file).then(() => mkdir(file))],
  ['below a file', vanished, (file) => replaceFolder(dirname(file))],
];

type Change = (file: string) => Promise<unknown>;

async function replaceFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true });
  await appendFile(folder, 'a file now');
}

/** Names below the root on disk, hidden ones and folders included, sorted. */
async function namesOnDisk({ root }: { readonly root: string }): Promise<readonly string[]> {
  return (await readdir(root, { recursive: true })).sort();
}

export const folderCases: readonly FolderCase[] = [
  {
    title: 'empty folders leave no trace in a listing',
    async run(t, place) {
      await mkdir(join(place.root, 'empty/below'), { recursive: true });
      await put(place, 'sub/file');
      t.deepEqual(await listPaths(place.storage), ['sub/file']);
    },
  },
  ...replacements.map(
    ([what, expected, change]): FolderCase => ({
      title: `a listed file that is ${what} now throws ${expected.reason}`,
      async run(t, place) {
        const listed = await put(place, 'folder/file', 'content as it was listed');
        await change(join(place.root, 'folder/file'));
        await throwsSyncError(t, () => readAll(place.storage, 'folder/file', listed), expected);
      },
    }),
  ),
  {
    title: 'a draft is hidden, in the folder of its file',
    async run(t, place) {
      const draft = await startDraft(place.storage, 'sub/file');
      await draft.write([Buffer.from('content')]);
      await draft.finish();
      const [folder, hidden, ...more] = await namesOnDisk(place);
      t.deepEqual([folder, more], ['sub', []]);
      t.regex(hidden ?? '', /^sub\/\.sync-task\.[0-9a-f]{8}-\d+-[0-9a-f]{16}\.tmp$/);
    },
  },
  {
    title: 'discarding what is gone with its folder does no harm',
    async run(t, { storage, root }) {
      const lost = await startDraft(storage, 'sub/file');
      await lost.finish();
      await rm(join(root, 'sub'), { recursive: true });
      await t.notThrowsAsync(lost.discard());
    },
  },
  {
    title: 'paths that are not plain and below the root touch nothing beside it',
    async run(t, place) {
      await t.throwsAsync(startDraft(place.storage, '../x'));
      await t.throwsAsync(place.storage.publish('../x', someDraft('../x')));
      t.deepEqual(await readdir(dirname(place.root)), [basename(place.root)]);
    },
  },
  {
    title: 'links are named and never followed',
    async run(t, place) {
      await put(place, 'real/file');
      await symlink('real/file', join(place.root, 'to-file'));
      await symlink('real', join(place.root, 'to-folder'));
      await symlink('..', join(place.root, 'real/loop'));
      await symlink('nowhere', join(place.root, 'dangling'));
      t.deepEqual(
        (await listAll(place.storage)).map(({ path, kind }) => [path, kind]),
        [
          ['dangling', 'link'],
          ['real/file', 'file'],
          ['real/loop', 'link'],
          ['to-file', 'link'],
          ['to-folder', 'link'],
        ],
      );
    },
  },
  {
    title: 'special files are named',
    async run(t, place) {
      execFileSync('mkfifo', [join(place.root, 'pipe')]);
      const [entry, ...more] = await listAll(place.storage);
      t.like(entry, { path: 'pipe', kind: 'special' });
      t.deepEqual(more, []);
    },
  },
  {
    title: 'names that are not UTF-8 are refused for display, and stop nothing',
    async run(t, place) {
      const { root, storage } = place;
      await put(place, 'good');
      await mkdir(join(root, 'sub'));
      await writeFile(Buffer.concat([Buffer.from(`${root}/sub/b`), Buffer.from([0xff, 0x5c])]), 'x');
      const folder = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xc3])]);
      await mkdir(folder);
      await writeFile(Buffer.concat([folder, Buffer.from('/below')]), 'x');
      const listed = await listAll(storage);
      t.deepEqual(
        listed.map(({ path, kind }) => [path, kind]),
        [
          ['\\xc3', 'refused'],
          ['good', 'file'],
          ['sub/b\\xff\\\\', 'refused'],
        ],
      );
      for (const { kind, reason } of listed) if (kind === 'refused') t.regex(reason ?? '', /UTF-8/);
    },
  },
  {
    title: 'a missing root is an error',
    async run(t, { storage, root }) {
      await rm(root, { recursive: true });
      await throwsSyncError(t, () => listAll(storage), { kind: 'permanent', reason: 'not-found' });
    },
  },
  {
    title: 'folders above a draft are made, also when many drafts want the same ones and when they go missing again',
    async run(t, { storage, root }) {
      const paths = Array.from({ length: 30 }, (_, index) => `a/b/c${index % 3}/d/${index}`);
      await Promise.all(paths.map((path) => publishFile(storage, path, path)));
      t.deepEqual(await listPaths(storage), [...paths].sort());
      await rm(join(root, 'a'), { recursive: true });
      await publishFile(storage, 'a/b/c0/d/again', 'x');
      t.deepEqual(await listPaths(storage), ['a/b/c0/d/again']);
    },
  },
  {
    title: 'a root that does not stand yet is made',
    async run(t, { storage, root }) {
      await rm(root, { recursive: true });
      await publishFile(storage, 'sub/file', 'content');
      t.is(await readFile(join(root, 'sub/file'), 'utf8'), 'content');
    },
  },
  {
    title: 'a file where a folder is needed is an error',
    async run(t, place) {
      await put(place, 'file', 'stays');
      for (const path of ['file/below', 'file/far/below']) {
        await throwsSyncError(t, () => startDraft(place.storage, path), { kind: 'permanent', reason: 'not-a-folder' });
      }
      t.is(await readFile(join(place.root, 'file'), 'utf8'), 'stays');
    },
  },
  {
    title: 'publishing over a folder fails, harms nothing, and the draft can be recovered',
    async run(t, place) {
      const { storage } = place;
      await put(place, 'name/inside', 'stays');
      const draft = await finishDraft(storage, 'name', 'new');
      await throwsSyncError(t, () => storage.publish('name', draft), { kind: 'permanent', reason: 'is-a-folder' });
      t.is((await storage.statDraft('name', draft))?.size, 3);
      t.is(await readFile(join(place.root, 'name/inside'), 'utf8'), 'stays');
      t.true(await storage.recover('name', draft));
      t.deepEqual(await namesOnDisk(place), ['name', 'name/inside']);
    },
  },
  {
    title: 'publishing over an empty folder fails too',
    async run(t, place) {
      await mkdir(join(place.root, 'name'));
      const draft = await finishDraft(place.storage, 'name', 'new');
      await throwsSyncError(t, () => place.storage.publish('name', draft), {
        kind: 'permanent',
        reason: 'is-a-folder',
      });
      t.is((await place.storage.stat('name'))?.kind, 'folder');
    },
  },
  {
    title: 'publishing over a link replaces the link, not what it points to',
    async run(t, place) {
      await put(place, 'pointed-to', 'stays');
      await symlink('pointed-to', join(place.root, 'name'));
      await publishFile(place.storage, 'name', 'new');
      await t.throwsAsync(readlink(join(place.root, 'name')));
      t.is(await readFile(join(place.root, 'name'), 'utf8'), 'new');
      t.is(await readFile(join(place.root, 'pointed-to'), 'utf8'), 'stays');
    },
  },
  {
    title: 'after a crash the draft is removed, the old file stays',
    async run(t, place) {
      const { storage } = place;
      const name = someDraft('sub/file');
      await put(place, 'sub/file', 'old');
      await put(place, `sub/${tempName(name)}`, 'half');
      t.true(await storage.recover('sub/file', name));
      t.false(await storage.recover('sub/file', name));
      t.deepEqual(await namesOnDisk(place), ['sub', 'sub/file']);
      t.is(await readFile(join(place.root, 'sub/file'), 'utf8'), 'old');
    },
  },
  {
    title: 'after a crash between the two renames the back-up is restored',
    async run(t, place) {
      const { storage, root } = place;
      const name = someDraft('file');
      await writeFile(join(root, backupName(name)), 'old');
      await writeFile(join(root, tempName(name)), 'new');
      t.true(await storage.recover('file', name));
      t.deepEqual(await namesOnDisk(place), ['file']);
      t.is(await readFile(join(root, 'file'), 'utf8'), 'old');
    },
  },
  {
    title: 'after a crash past both renames the back-up goes, the new file stays',
    async run(t, place) {
      const { storage, root } = place;
      const name = someDraft('file');
      await writeFile(join(root, backupName(name)), 'old');
      await writeFile(join(root, 'file'), 'new');
      t.true(await storage.recover('file', name));
      t.deepEqual(await namesOnDisk(place), ['file']);
      t.is(await readFile(join(root, 'file'), 'utf8'), 'new');
    },
  },
  {
    title: 'a listed file that is a link now is not followed',
    async run(t, place) {
      const listed = await put(place, 'file', 'same bytes');
      await put(place, 'other', 'same bytes');
      await rm(join(place.root, 'file'));
      await symlink('other', join(place.root, 'file'));
      await throwsSyncError(t, () => readAll(place.storage, 'file', listed), changed);
    },
  },
  {
    title: 'a file that shrinks while it is read throws changed-while-read',
    async run(t, place) {
      await put(place, 'file', '');
      const file = join(place.root, 'file');
      await truncate(file, 64 * MiB); // sparse: costs no disk
      await utimes(file, someTimeMs / 1000, someTimeMs / 1000);
      const listed = { size: 64 * MiB, mtimeMs: someTimeMs };
      await throwsSyncError(t, () => readWhile(place, 'file', listed, () => truncate(file, MiB)), changed);
    },
  },
  {
    title: 'stat tells files, folders, links and special files apart, and what is missing',
    async run(t, place) {
      const { storage, root } = place;
      const file = await put(place, 'sub/file');
      await symlink('sub/file', join(root, 'link'));
      execFileSync('mkfifo', [join(root, 'pipe')]);
      t.like(await storage.stat('sub/file'), { kind: 'file', ...file });
      t.is((await storage.stat('sub'))?.kind, 'folder');
      t.is((await storage.stat('link'))?.kind, 'link');
      t.is((await storage.stat('pipe'))?.kind, 'special');
      t.is(await storage.stat('missing'), undefined);
      t.is(await storage.stat('missing/too'), undefined);
      t.is(await storage.stat('sub/file/below'), undefined);
    },
  },
  {
    title: 'a folder that is a link out of the root is neither read nor written through',
    async run(t, place) {
      const { storage, root } = place;
      const outside = join(dirname(root), 'outside');
      await mkdir(outside);
      await writeFile(join(outside, 'secret'), 's');
      await symlink(outside, join(root, 'out'));
      const { mtimeMs } = await stat(join(outside, 'secret'));
      const step = storage.capabilities.mtimeStepMs;
      const listed = { size: 1, mtimeMs: Math.floor(mtimeMs / step) * step };
      await throwsSyncError(t, () => readAll(storage, 'out/secret', listed), {
        kind: 'permanent',
        reason: 'outside-root',
      });
      for (const path of ['out/new', 'out/deep/new']) {
        await throwsSyncError(t, () => startDraft(storage, path), { kind: 'permanent', reason: 'outside-root' });
      }
      t.deepEqual(await readdir(outside), ['secret']);
    },
  },
];
