import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { SyncError } from '../../../src/base/errors.ts';
import { formatTransform, parseTransform } from '../../../src/config/parse/parse-transform.ts';

const settings: readonly (readonly [
  text: string,
  name: string,
  options: Record<string, string | string[]>,
  glob?: string,
])[] = [
  ['replace-whitespace', 'replace-whitespace', {}],
  ['replace-whitespace@*.txt', 'replace-whitespace', {}, '*.txt'],
  ['mask:token=password', 'mask', { token: 'password' }],
  ['mask:token=a,token=b,token=c,replacement=', 'mask', { token: ['a', 'b', 'c'], replacement: '' }],
  ['mask:token=a,replacement=-,token=b@in/**/*.txt', 'mask', { token: ['a', 'b'], replacement: '-' }, 'in/**/*.txt'],
  ['mask:token=me\\@home\\,x\\=y\\\\@@(a|b),=\\*', 'mask', { token: 'me@home,x=y\\' }, '@(a|b),=\\*'],
  ['mask:token=YWJj==:x@a:b', 'mask', { token: 'YWJj==:x' }, 'a:b'],
];
for (const [text, name, options, glob] of settings) {
  test(`reads ${text}`, (t) => t.deepEqual(parseTransform(text), { name, options, glob }));
}

function testMalformed(t: ExecutionContext, text: string, message: RegExp): void {
  const error = t.throws(() => parseTransform(text), { instanceOf: SyncError, message });
  t.is(error.kind, 'usage');
  t.is(error.reason, 'malformed-transform');
  t.regex(error.message, /NAME\[:OPTION=VALUE,…\]\[@GLOB\]/);
  t.notRegex(error.message, /hunter2/);
}

const malformed: readonly (readonly [text: string, message: RegExp])[] = [
  ['', /must start with the name/],
  [':a=b', /must start with the name/],
  ['@*.txt', /must start with the name/],
  ['ma sk', /must start with the name/],
  ['mask:', /mask: options are OPTION=VALUE/],
  ['mask:hunter2', /mask: options are OPTION=VALUE/],
  ['mask:token=hunter2,', /mask: options are OPTION=VALUE/],
  ['mask:token=a,hunter2', /write "\\,"/],
  ['mask:=hunter2', /options are OPTION=VALUE/],
  ['mask:token=hunter2\\n', /mask, option token: after "\\" comes one of/],
  ['mask:token=hunter2\\', /mask, option token: after "\\" comes one of/],
  ['mask:token=hunter2@', /mask: no glob after "@"/],
];
for (const [text, message] of malformed) test(`refuses ${text || 'nothing'}`, testMalformed, text, message);

test('what is formatted is read again', (t) => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/);
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...',=@\\:ab ') }));
  const options = fc.dictionary(name, fc.oneof(value, fc.array(value, { minLength: 2, maxLength: 4 })), {
    maxKeys: 4,
    noNullPrototype: true,
  });
  const glob = fc.option(fc.string({ minLength: 1 }), { nil: undefined });
  const roundTrip = fc.property(fc.record({ name, options, glob }), (setting) => {
    t.deepEqual(parseTransform(formatTransform(setting)), setting);
  });
  t.notThrows(() => fc.assert(roundTrip, { numRuns: 500 }));
});
