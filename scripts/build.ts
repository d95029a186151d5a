/**
 * Bundles the program into a few files: a container that copies one file would otherwise spend half of its life finding and
 * reading hundreds of modules (docs/decisions/0016). What a start may not need stays in files of its own.
 * Usage: node scripts/build.ts [FOLDER], `dist` unless told otherwise.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outdir = resolve(process.argv[2] ?? join(root, 'dist'));

await rm(outdir, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['bin.ts', 'testing.ts', 'transform/chain-worker.ts'].map((name) => join(root, 'sync-task/src', name)),
  entryNames: '[name]',
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  // ssh2 loads its native addon from its own folder; pg asks for pg-native, which nobody installs.
  external: ['ssh2', 'ssh2/*', 'pg-native'],
  alias: { 'string-width': join(root, 'scripts/text-width.cjs') },
  // Libraries in CommonJS ask for Node's modules at run time.
  banner: {
    js: "import { createRequire as requireHere } from 'node:module'; const require = requireHere(import.meta.url);",
  },
  legalComments: 'inline',
  logLevel: 'warning',
  metafile: true,
});
await writeFile(join(outdir, 'THIRD-PARTY-LICENSES.txt'), await licences(Object.keys(metafile.inputs)));

/** The bundle holds parts of other packages: their licences go with it. */
async function licences(inputs: readonly string[]): Promise<string> {
  const packages = new Set(inputs.flatMap((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []));
  const texts = [...packages].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${file ? await readFile(join(folder, file), 'utf8') : ''}`;
  });
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n`);
}
