/** `npm run docs:pairs`: tries every pair of storages and writes docs/pairs.md. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pairPlaces, tryPair } from '../sync-task/test/kit/pairs.ts';

const SMALL_FILES = 3000;
const LARGE_BYTES = 300 * 1024 * 1024;
const kinds = Object.keys(pairPlaces);

const rows: string[] = [];
let failed = 0;
for (const from of kinds) {
  const cells: string[] = [];
  for (const to of kinds) {
    const { faults, files } = await tryPair(from, to, { smallFiles: SMALL_FILES, largeBytes: LARGE_BYTES });
    console.log(`${from} to ${to}: ${files} files, ${faults.length === 0 ? 'good' : faults.join('; ')}`);
    failed += faults.length;
    cells.push(faults.length === 0 ? 'passes' : `fails: ${faults[0]}`);
  }
  rows.push(`| **${from}** | ${cells.join(' | ')} |`);
}

const text = `# Pairs of storages

Written by \`npm run docs:pairs\`; not to be edited. Each pair copied the same tree: ${SMALL_FILES} small files, sizes around the borders of parts and
segments, an empty file, names that others stumble over, and a sparse file of ${LARGE_BYTES / 1024 ** 2} MiB. The process was killed with SIGKILL amid it and started
again; then it ran once more and had to copy nothing; then a file was changed and one added, and just these two had to be copied. After
each step both trees were compared by SHA-256, left-overs included.

| from \\ to | ${kinds.map((kind) => `**${kind}**`).join(' | ')} |
| --- | ${kinds.map(() => '---').join(' | ')} |
${rows.join('\n')}

\`file\` is a folder, \`sftp\` the tests' own server, \`s3\` is versitygw.
`;
writeFileSync(join(import.meta.dirname, '../docs/pairs.md'), text);
process.exitCode = failed === 0 ? 0 : 1;
