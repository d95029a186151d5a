import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../../src/base/errors.ts';
import { parseTransform } from '../../../src/config/parse/parse-transform.ts';
import type { TransformSetting } from '../../../src/config/settings.ts';
import { transformChain } from '../../../src/transform/chain/chain.ts';
import { transforms } from '../../../src/transform/registry.ts';
import type { Transform } from '../../../src/transform/transform.ts';
import { chainOf } from '../../kit/chain-of.ts';
import { streamOf } from '../../kit/transform.ts';

// For the examples.
process.env['SYNC_TASK_PSEUDONYM_KEY'] = 'for tests alone, for tests alone, for tests alone';

const chain = (...settings: readonly string[]) => chainOf(settings.map(parseTransform));

async function applied(settings: readonly string[], path: string, text: string): Promise<string> {
  const output: Uint8Array[] = [];
  for await (const chunk of chain(...settings).apply(path, streamOf([Buffer.from(text)]))) output.push(chunk);
  return Buffer.concat(output).toString();
}

test('transforms apply in the order given, each to the files that its glob matches', async (t) => {
  const settings = ['mask:token=a b,replacement=c d@*.txt', 'replace-whitespace'];
  t.is(await applied(settings, 'in/one.txt', 'x a b'), 'x_c_d');
  t.is(await applied(settings, 'in/one.csv', 'x a b'), 'x_a_b');
  t.is(await applied([...settings].reverse(), 'in/one.txt', 'x a b'), 'x_a_b');
});

test('where nothing applies the input comes back itself, and the key is empty', (t) => {
  const input = streamOf([]);
  t.is(chain().apply('a', input), input);
  t.is(chain('replace-whitespace@*.txt').apply('a.csv', input), input);
  t.is(chain().key('a'), '');
  t.is(chain('replace-whitespace@*.txt').key('a.csv'), '');
});

test('keys are short, stable and depend on what applies alone', (t) => {
  t.is(chain('replace-whitespace').key('a'), 'cd6a0c753c592394');
  t.is(chain('mask:token=a').key('a'), chain('mask:token=a@*.txt').key('x/b.txt'));
  t.is(chain('mask:token=a@*.csv', 'replace-whitespace').key('a'), chain('replace-whitespace').key('b'));
});

test('options that mean the same give the same key', (t) => {
  const same = (one: string, other: string) => t.is(chain(one).key('f'), chain(other).key('f'), `${one} and ${other}`);
  same('replace-whitespace', 'replace-whitespace:encoding=utf-8');
  same('replace-whitespace:encoding=latin1', 'replace-whitespace:encoding=iso-8859-1');
  same('mask:token=a,token=b', 'mask:token=b,token=a,token=b');
  same('mask:token=a,replacement=x', 'mask:replacement=x,token=a,encoding=utf-8');
});

test('whatever may change the output changes the key', (t) => {
  const settings: readonly (readonly string[])[] = [
    [],
    ['replace-whitespace'],
    ['replace-whitespace', 'replace-whitespace'],
    ['replace-whitespace:encoding=latin1'],
    ['mask:token=a'],
    ['mask:token=b'],
    ['mask:token=a,token=b'],
    ['mask:token=a,replacement=b'],
    ['mask:token=a', 'replace-whitespace'],
    ['replace-whitespace', 'mask:token=a'],
  ];
  t.is(new Set(settings.map((each) => chain(...each).key('f'))).size, settings.length);
});

test('a new version of a transform changes the key, the order of options in its schema does not', (t) => {
  const setting: TransformSetting = { name: 'mask', options: { token: 'a' }, glob: undefined };
  const mask = transforms.find(({ name }) => name === 'mask') as Transform;
  const key = (transform: Transform) => transformChain([setting], [transform]).key('f');
  t.not(key({ ...mask, version: mask.version + 1 }), key(mask));
  const reversed = mask.options.transform((options) => Object.fromEntries(Object.entries(options as object).reverse()));
  t.is(key({ ...mask, options: reversed }), key(mask));
});

function testRefused(t: ExecutionContext, setting: string, reason: string, message: RegExp): void {
  const error = t.throws(() => chain(setting), { instanceOf: SyncError, message });
  t.is(error.kind, 'usage');
  t.is(error.reason, reason);
}

const refusals: readonly (readonly [setting: string, reason: string, message: RegExp])[] = [
  ['maks:token=a', 'unknown-transform', /unknown transform "maks"; did you mean mask\? \(known: [a-z, -]*\)/],
  ['Mask:token=a', 'unknown-transform', /did you mean mask\?/],
  ['replace-whitespaces', 'unknown-transform', /did you mean replace-whitespace\?/],
  ['uppercase', 'unknown-transform', /unknown transform "uppercase" \(known: [a-z, -]*\)/],
  [
    'mask',
    'bad-transform-option',
    /transform mask: token: give at least one.*\(options: token, pattern, replacement, length, encoding, nul\)/,
  ],
  ['mask:token=', 'bad-transform-option', /transform mask: token: a token must not be empty/],
  ['mask:token=a,token=', 'bad-transform-option', /token: a token must not be empty/],
  [
    'mask:tokn=a,token=a',
    'bad-transform-option',
    /transform mask: .*tokn.*options: token, pattern, replacement, length, encoding/,
  ],
  [
    'mask:token=a,encoding=utf-16',
    'bad-transform-option',
    /mask: encoding: .*"utf-8"\|"us-ascii"\|"latin1"\|"iso-8859-1"/,
  ],
  ['mask:token=a,replacement=b,replacement=c', 'bad-transform-option', /mask: replacement: .*expected string/],
  [
    'mask:token=€,encoding=latin1',
    'bad-transform-option',
    /mask: token: one of the tokens cannot be written in latin1/,
  ],
  [
    'mask:token=a,replacement=é,encoding=us-ascii',
    'bad-transform-option',
    /mask: replacement: it cannot be written in us-ascii/,
  ],
  [
    'replace-whitespace:encoding=ebcdic',
    'bad-transform-option',
    /transform replace-whitespace: encoding: .*\(options: encoding, nul, whitespace\)/,
  ],
  ['replace-whitespace@logs/', 'bad-glob', /glob "logs\/": .*"logs\/\*\*"/],
];
for (const [setting, reason, message] of refusals) test(`${setting} is refused`, testRefused, setting, reason, message);

test('a refusal never shows a token', (t) => {
  for (const setting of [
    'mask:token=hunter2,encoding=x',
    'mask:token=hunter2€,encoding=latin1',
    'mask:token=hunter2,token=',
  ]) {
    const { message } = t.throws(() => chain(setting), { instanceOf: SyncError });
    t.notRegex(message, /hunter2/);
  }
});

test('the examples of all transforms are valid, names and summaries are in order', (t) => {
  for (const { name, version, summary, example } of transforms) {
    t.is(parseTransform(example).name, name);
    t.notThrows(() => chain(example));
    t.true(Number.isInteger(version) && version > 0 && summary.length > 0 && !summary.includes('\n'));
  }
  t.is(new Set(transforms.map(({ name }) => name)).size, transforms.length);
});
