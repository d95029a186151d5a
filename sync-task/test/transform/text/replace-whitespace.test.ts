import test from 'ava';
import fc from 'fast-check';
import { replaceWhitespace } from '../../../src/transform/text/replace-whitespace.ts';
import { testModel, testTransform } from '../../kit/transform.ts';

test('every ASCII whitespace character becomes an underscore', testTransform, replaceWhitespace, {}, [
  { input: '', output: '' },
  { input: ' ', output: '_' },
  { input: ' \t\n\v\f\r', output: '______' },
  { input: 'one two\r\nthree\tfour ', output: 'one_two__three_four_' },
  { input: 'nothing_to_do\u0000\u001f!', output: 'nothing_to_do\u0000\u001f!' },
]);

test('characters of several bytes stay as they are, other kinds of space too', testTransform, replaceWhitespace, {}, [
  { input: 'Grüße an 日本 😀 !', output: 'Grüße_an_日本_😀_!' },
  { input: '\ufeffa b', output: '\ufeffa_b' },
  { input: 'a\u00a0b\u0085c\u2003d\u3000e\u2028f', output: 'a\u00a0b\u0085c\u2003d\u3000e\u2028f' },
]);

test(
  'in latin1 every byte is valid, and only ASCII whitespace is whitespace',
  testTransform,
  replaceWhitespace,
  { encoding: 'iso-8859-1' },
  [
    {
      input: Buffer.from('Gr\xfc\xdfe \x85\xa0\xff', 'latin1'),
      output: Buffer.from('Gr\xfc\xdfe_\x85\xa0\xff', 'latin1'),
    },
  ],
);

test('US-ASCII refuses anything else', testTransform, replaceWhitespace, { encoding: 'us-ascii' }, [
  { input: 'plain text', output: 'plain_text' },
  { input: 'not plain: ü', output: /^invalid-encoding: .*US-ASCII at byte offset 11; .*utf-8 or latin1.*exclude/ },
]);

test('UTF-8 is the default and refuses latin1, saying where and what to do', testTransform, replaceWhitespace, {}, [
  {
    input: Buffer.from('Gr\xfc\xdfe an alle', 'latin1'),
    output: /^invalid-encoding: .*UTF-8 at byte offset 2; .*option encoding \(latin1\), or exclude the file$/,
  },
]);

test('any text, against a regular expression', (t) =>
  testModel(
    t,
    replaceWhitespace,
    fc.record({
      options: fc.constant({}),
      input: fc
        .string({ unit: fc.constantFrom(...' \t\n\v\f\rab_ü日😀\u00a0\u0085'), maxLength: 200 })
        .map((text) => Buffer.from(text)),
    }),
    (input) => Buffer.from(input.toString().replace(/[ \t\n\v\f\r]/g, '_')),
  ));

test('any bytes as latin1, against a regular expression', (t) =>
  testModel(
    t,
    replaceWhitespace,
    fc.record({ options: fc.constant({ encoding: 'latin1', nul: 'keep' }), input: fc.uint8Array({ maxLength: 300 }) }),
    (input) => Buffer.from(input.toString('latin1').replace(/[ \t\n\v\f\r]/g, '_'), 'latin1'),
  ));

const all = '\u0085\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000';

test('all whitespace of Unicode, where asked', testTransform, replaceWhitespace, { whitespace: 'unicode' }, [
  { input: `a \t\n\v\f\r${all}b`, output: `a${'_'.repeat(6 + all.length)}b` },
  { input: '\u200b\ufeff\u180e', output: '\u200b\ufeff\u180e' },
]);

test('those that an encoding has', async (t) => {
  const input = Buffer.from('a\x85\xa0 b', 'latin1');
  await testTransform(t, replaceWhitespace, { whitespace: 'unicode', encoding: 'latin1' }, [
    { input, output: 'a___b' },
  ]);
  await testTransform(t, replaceWhitespace, {}, [{ input: all, output: all }]);
});
