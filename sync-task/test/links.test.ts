/** No link of a Markdown page is dead: the file is there, and so is the heading behind `#`. Addresses on the web are not asked. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import test from 'ava';
import { anchorsOf, linksOf, markdownPages } from './kit/markdown.ts';

const root = join(import.meta.dirname, '../..');

test('every link of a page leads somewhere', async (t) => {
  const pages = await markdownPages(root);
  t.true(pages.length > 50);
  const dead: string[] = [];
  for (const page of pages) {
    for (const link of linksOf(await readFile(page, 'utf8'))) {
      if (/^[a-z][a-z0-9+.-]*:/i.test(link)) continue;
      const [path = '', anchor] = link.split('#');
      const target = path ? resolve(dirname(page), decodeURIComponent(path)) : page;
      const there = existsSync(target) && !relative(root, target).startsWith('..');
      if (there && (!anchor || anchorsOf(await readFile(target, 'utf8')).has(anchor))) continue;
      dead.push(`${relative(root, page)}: ${link}`);
    }
  }
  t.deepEqual(dead, []);
});

test('the map of the documents names every page', async (t) => {
  const docs = join(root, 'docs');
  const named = new Set(linksOf(await readFile(join(docs, 'index.md'), 'utf8')).map((link) => resolve(docs, link)));
  const index = [join(docs, 'index.md')];
  const pages = (await markdownPages(docs)).filter((page) => !/\/decisions\/\d/.test(page) && !index.includes(page));
  t.deepEqual(
    pages.filter((page) => !named.has(page)).map((page) => relative(docs, page)),
    [],
  );
});

const headings = [
  ['# The file of `--config`', 'the-file-of---config'],
  ['## Gates: when a source looks wrong', 'gates-when-a-source-looks-wrong'],
  ['## S3, Azure & GCS', 's3-azure--gcs'],
  ['### [A link](b.md) *here*', 'a-link-here'],
] as const;
for (const [heading, anchor] of headings) {
  test(`the anchor of: ${heading}`, (t) => t.deepEqual([...anchorsOf(heading)], [anchor]));
}

test('a heading said twice has a number', (t) => {
  t.deepEqual([...anchorsOf('## A\n## A\n```sh\n# no heading\n```\n<a id="own"></a>')], ['a', 'a-1', 'own']);
});

test('links in code are none, pictures are', (t) => {
  t.deepEqual(linksOf('[a](b.md "t") `[c](d)` ![e](f.png)\n```\n[g](h)\n```\n[`i`](<j k.md>)\n[l]: m.md\n'), [
    'b.md',
    'f.png',
    'j k.md',
    'm.md',
  ]);
});
