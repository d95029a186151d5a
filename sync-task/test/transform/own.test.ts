import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { SyncError } from '../../src/base/errors.ts';
import { parseTransform } from '../../src/config/parse/parse-transform.ts';
import { openChain } from '../../src/transform/chain/open-chain.ts';
import { streamOf } from '../kit/transform.ts';

const folder = await mkdtemp(join(tmpdir(), 'own-transforms-'));
const template = new URL('../../../examples/transforms/upper-case.js', import.meta.url).pathname;

async function applied(setting: string, text: string): Promise<string> {
  const chain = await openChain([parseTransform(setting)]);
  const output: Uint8Array[] = [];
  for await (const chunk of chain.apply('a.txt', streamOf([Buffer.from(text)]))) output.push(chunk);
  return Buffer.concat(output).toString();
}

test('a module is a transform, with options and a glob', async (t) => {
  t.is(await applied(template, 'abc'), 'ABC');
  t.is(await applied(`${template}:letters=b`, 'abc'), 'aBc');
  t.is(await applied(`${template}:letters=b@*.csv`, 'abc'), 'abc');
  const key = async (setting: string) => (await openChain([parseTransform(setting)])).key('f');
  t.not(await key(template), await key(`${template}:letters=b`));
});

test('what it throws refuses the file', async (t) => {
  const error = await t.throwsAsync(applied(template, 'a\0'), {
    instanceOf: SyncError,
    message: /^transform upper-case: a text has no NUL/,
  });
  t.is(error.kind, 'refused');
});

const modules: readonly (readonly [title: string, source: string, message: RegExp])[] = [
  ['exports nothing', 'export const x = 1;', /it must export the transform by default/],
  ['has no apply', 'export default { name: "x", version: 1, summary: "s" };', /its apply must be a function/],
  ['has no version', 'export default { name: "x", summary: "s", apply() {} };', /its version must be a whole number/],
  [
    'has a bad name',
    'export default { name: "X y", version: 1, summary: "s", apply() {} };',
    /its name must be lower-case/,
  ],
  [
    'has a name of ours',
    'export default { name: "mask", version: 1, summary: "s", apply() {} };',
    /named mask, as a built-in transform is/,
  ],
  [
    'has no schema',
    'export default { name: "x", version: 1, summary: "s", options: 5, apply() {} };',
    /its options must be a zod schema/,
  ],
  ['cannot be parsed', 'export default {', /it fails while it is loaded \(/],
  ['imports what is missing', 'import "./nowhere.js";', /a module is missing \(/],
];
for (const [index, [title, source, message]] of modules.entries()) {
  test(`a module that ${title} is refused in one line`, async (t) => {
    const path = join(folder, `module-${index}.mjs`);
    await writeFile(path, source);
    const error = await t.throwsAsync(openChain([parseTransform(path)]), { instanceOf: SyncError, message });
    t.is(error.kind, 'usage');
    t.false(error.message.includes('\n'));
  });
}

test('a path or package that is not there, an option that is none', async (t) => {
  const refused = (setting: string, message: RegExp) =>
    t.throwsAsync(async () => openChain([parseTransform(setting)]), { instanceOf: SyncError, message });
  await refused(join(folder, 'nowhere.js'), /a module is missing/);
  await refused('@nobody/nothing-here', /there is no such package here; install it/);
  await refused(`${template}:lettres=a`, /transform upper-case: .*lettres.* \(options: letters\)/);
});

test('packages are found from the working folder', async (t) => {
  const place = join(folder, 'node_modules', '@team', 'shout');
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'package.json'), '{"name":"@team/shout","type":"module","exports":"./index.js"}');
  await writeFile(join(place, 'index.js'), `export { default } from ${JSON.stringify(template)};`);
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const chain = new URL('../../src/transform/chain/open-chain.ts', import.meta.url).href;
  const script = `const { openChain } = await import(${JSON.stringify(chain)});
    const chain = await openChain([{ name: '@team/shout', options: {}, glob: undefined }]);
    for await (const chunk of chain.apply('f', (async function* () { yield Buffer.from('abc'); })())) process.stdout.write(chunk);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
  });
  t.is(stdout, 'ABC');
});
