/** As much of Markdown as it takes to check links: what leads away from a page, and where one may lead to on it. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const skipped = new Set(['node_modules', '.git', '.cache', '.venv', 'dist', 'data', 'demo-output', '.work']);

/** Every page below a folder, by its absolute path. */
export async function markdownPages(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : markdownPages(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
  return (await Promise.all(found)).flat().sort();
}

/** The targets of links, pictures and reference definitions, as they are written. */
export function linksOf(text: string): string[] {
  const prose = withoutFences(text).replace(/(`+)(?:(?!`).|(?!\1)`)*?\1/g, '`');
  const links = prose.matchAll(/\]\((?:<([^>]*)>|([^)\s]+))(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s*(\S+)/gm);
  return [...links].map(([, bracketed, plain, defined]) => bracketed ?? plain ?? defined ?? '');
}

/** What may stand behind `#`: the ids that GitHub gives to headings, and those that a page sets. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  const prose = withoutFences(text);
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const id = slug(heading);
    let free = id;
    for (let number = 1; anchors.has(free); number++) free = `${id}-${number}`;
    anchors.add(free);
  }
  for (const [, id = ''] of prose.matchAll(/<[a-z]+ [^>]*\bid="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

function slug(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}

function withoutFences(text: string): string {
  return text.replace(/^ *(`{3,}|~{3,})[^\n]*\n[\s\S]*?^ *\1 *$/gm, '');
}
