/**
 * Bundles the program into a few files. Otherwise a container that copies one file would spend half of its life finding and
 * reading hundreds of modules (docs/decisions/0013). Modules that not every start needs stay in files of their own.
 * Usage: node scripts/build.ts [FOLDER]; default: `dist`.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outdir = resolve(process.argv[2] ?? join(root, 'dist'));

/** ssh2 loads its native addon by a path in its own folder, so the addon stays there. */
const addonStays: Plugin = {
  name: 'addon-stays',
  setup({ onResolve }) {
    const path = 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node';
    onResolve({ filter: /sshcrypto\.node$/ }, () => ({ path, external: true }));
  },
};

await rm(outdir, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['bin.ts', 'testing/testing.ts', 'transform/chain/chain-worker.ts'].map((name) =>
    join(root, 'sync-task/src', name),
  ),
  entryNames: '[name]',
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  // An addon too. pg tries to load pg-native, which is never installed.
  external: ['cpu-features', 'pg-native'],
  plugins: [addonStays],
  alias: { 'string-width': join(root, 'scripts/text-width.cjs') },
  // CommonJS libraries load Node's modules at run time, and use their own paths.
  define: { __dirname: 'import.meta.dirname' },
  banner: {
    js: "import { createRequire as requireHere } from 'node:module'; const require = requireHere(import.meta.url);",
  },
  legalComments: 'inline',
  logLevel: 'warning',
  metafile: true,
});
await writeFile(join(outdir, 'THIRD-PARTY-LICENSES.txt'), await licences(Object.keys(metafile.inputs)));

/** The bundle contains other packages, so it includes their licences. */
async function licences(inputs: readonly string[]): Promise<string> {
  const packages = new Set(inputs.flatMap((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []));
  const texts = [...packages].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${file ? await readFile(join(folder, file), 'utf8') : ''}`;
  });
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n`);
}
