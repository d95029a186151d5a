/**
 * A program of its own: tries a folder without any rights in it, and prints what each attempt came to. Root may do
 * everything, so it becomes somebody else first; a process can do that, a test's worker thread can't.
 */
import { asSyncError } from '../../src/base/errors.ts';
import { probeName } from '../../src/storage/draft-name.ts';
import { fileStorage } from '../../src/storage/file/file-storage.ts';

const NOBODY = 65534;
const [root = '', unreadable = '', locked = ''] = process.argv.slice(2);
const { signal } = new AbortController();

if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}

async function failureOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return 'none';
  } catch (error) {
    const { kind, reason } = asSyncError(error);
    return `${kind} ${reason}`;
  }
}

const storage = await fileStorage({ root, label: 'file:///without-rights' });
const draft = { name: probeName(), mtimeMs: 0, fsync: false, signal };
const listed: string[] = [];
for await (const page of storage.list({ prefix: '', signal }))
  listed.push(...page.map(({ path, kind }) => `${kind} ${path}`));
const outcome = {
  listed: listed.sort(),
  read: await failureOf(async () => {
    const found = await storage.stat(unreadable);
    if (found) for await (const _ of storage.read(unreadable, { expected: found, start: 0, signal }));
  }),
  list: await failureOf(async () => {
    for await (const _ of storage.list({ prefix: locked, signal }));
  }),
  draft: await failureOf(() => storage.draft('new', draft)),
  draftInNewFolder: await failureOf(() => storage.draft('folder/new', draft)),
  publish: await failureOf(() => storage.publish(unreadable, draft.name)),
  probe: await failureOf(() => storage.probe(signal)),
};
process.stdout.write(JSON.stringify(outcome));
