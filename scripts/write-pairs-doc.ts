/** `npm run docs:pairs`: runs the contract against every storage, tries every pair of them, and writes docs/pairs.md. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Kind, pairKinds, pairServices } from '../sync-task/test/kit/pair-places.ts';
import { type PairOptions, tryPair } from '../sync-task/test/kit/pairs.ts';

const root = join(import.meta.dirname, '..');
const tree = { smallFiles: 100, largeBytes: 24 * 1024 * 1024 };
/** Each has a contract test and tests of its own. */
const suites: Readonly<Record<string, string>> = {
  'file/file-storage': 'a folder',
  'sftp/sftp-storage': "the tests' own server, and odd ones",
  'sftp/openssh': 'OpenSSH',
  's3/s3-storage': 'versitygw',
  'azure/azure-storage': 'Azurite',
  'gcs/gcs-storage': 'fake-gcs-server',
  'memory/memory-storage': 'the one in memory',
};
const kinds = Object.keys(pairKinds) as Kind[];
let failed = 0;

/** Counts of one test file, from its TAP. */
async function suite(name: string): Promise<string> {
  const ava = join(root, 'node_modules/ava/entrypoints/cli.js');
  const child = spawn(process.execPath, [ava, '--tap', `sync-task/test/storage/${name}.test.ts`], { cwd: root });
  let said = '';
  child.stdout.on('data', (text: Buffer) => {
    said += text;
  });
  await new Promise((resolve) => child.once('close', resolve));
  const count = (pattern: RegExp) => said.match(pattern)?.length ?? 0;
  const [good, bad] = [count(/^ok /gm), count(/^not ok /gm)];
  console.log(`${name}: ${good} passed, ${bad} failed`);
  failed += bad;
  if (good === 0) throw new Error(`${name}: no test ran`);
  return bad > 0 ? `${bad} fail, ${good} pass` : `all ${good} pass`;
}

await using services = pairServices();

async function pair(from: string, to: string, options: PairOptions): Promise<string> {
  const { faults, files, copiedAfterKill, resets } = await tryPair(services, from, to, options);
  const result = faults.length === 0 ? 'good' : faults.join('; ');
  console.log(
    `${from} to ${to}: ${files} files, ${copiedAfterKill} after the kill, ${resets} connections cut, ${result}`,
  );
  failed += faults.length;
  return faults.length === 0 ? 'passes' : `fails: ${faults[0]}`;
}

/** Jobs that run at once; most of the time they wait for processes and connections. */
const AT_ONCE = 8;
const jobs = [
  ...kinds.flatMap((from) => kinds.map((to) => ({ from, to, within: false }))),
  ...(['sftp', 's3'] as const).map((kind) => ({ from: kind, to: kind, within: true })),
];
const results = new Map<string, string>();
const key = (from: string, to: string, within: boolean) => `${from} ${to} ${within}`;

async function work(): Promise<void> {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    const { from, to, within } = job;
    results.set(key(from, to, within), await pair(from, to, { ...tree, within }));
  }
}

async function allSuites(): Promise<string[]> {
  const lines: string[] = [];
  for (const [name, what] of Object.entries(suites)) lines.push(`| \`${name}\` | ${what} | ${await suite(name)} |`);
  return lines;
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
const contracts = await allSuites();
const rows = kinds.map((from) => {
  const cells = kinds.map((to) => results.get(key(from, to, false)));
  return `| **${from}** | ${cells.join(' | ')} |`;
});
const within = (kind: string) => results.get(key(kind, kind, true));

const text = `# Pairs of storages

Written by \`npm run docs:pairs\` on ${new Date().toISOString().slice(0, 10)}; not to be edited. Each pair copied the same tree: ${tree.smallFiles} small files, sizes around the borders of parts and
segments, an empty file, names that others stumble over, and a file of ${tree.largeBytes / 1024 ** 2} MiB. The process was killed with SIGKILL amid it and started
again; then it ran once more and had to copy nothing; then a file was changed and two were added, one of 12 MiB, and just these three had to be copied while the
lines to both servers broke again and again. Both trees were compared by SHA-256, left-overs included.

| from \\ to | ${kinds.map((kind) => `**${kind}**`).join(' | ')} |
| --- | ${kinds.map(() => '---').join(' | ')} |
${rows.join('\n')}

\`file\` is a folder, \`sftp\` the tests' own server, \`s3\` versitygw, \`az\` Azurite, \`gs\` fake-gcs-server; each side has a server, or a bucket behind a line, of its own.
Within one service, which then copies by itself: \`sftp\` ${within('sftp')}, \`s3\` ${within('s3')}.

## The contract

Every storage passes the same suite (\`sync-task/test/contract/storage.ts\`) and has tests of its own; the numbers are of both.

| tests | against | |
| --- | --- | --- |
${contracts.join('\n')}
`;
writeFileSync(join(root, 'docs/pairs.md'), text);
process.exitCode = failed === 0 ? 0 : 1;
