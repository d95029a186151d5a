/** `docs/architecture.md` names files and folders: each must exist, and the page must stay one page. */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';

const root = join(import.meta.dirname, '../../..');
const page = await readFile(join(root, 'docs/architecture.md'), 'utf8');
const bases = [root, join(root, 'sync-task/src'), join(root, 'sync-task/src/engine')];

async function stands(path: string): Promise<boolean> {
  const found = await Promise.allSettled(bases.map((base) => access(join(base, path))));
  return found.some(({ status }) => status === 'fulfilled');
}

/** A table's rows whose first cell is a folder and whose last one a file in it. */
const firstFiles = [...page.matchAll(/^\| `([\w/-]+\/)` \|.*\| `([\w./-]+\.ts)` \|$/gm)].map(
  ([, folder, file]) => `${folder}${file}`,
);
const named = [...page.matchAll(/`([\w-]+(?:\/[\w.-]+)*(?:\/|\.ts))`/g)].flatMap(([, path = '']) =>
  path.includes('/') ? path : [],
);

test('every file and folder that the page names exists', async (t) => {
  const paths = [...new Set([...firstFiles, ...named])].filter(
    (path) => !firstFiles.some((file) => file.endsWith(`/${path}`)),
  );
  t.true(paths.length > 30, paths.join(', '));
  for (const path of paths) t.true(await stands(path), path);
});

test('the page has at most 1,900 words', (t) => {
  const words = page.split(/\s+/).filter((word) => word !== '').length;
  t.true(words <= 1900, `${words} words`);
});
