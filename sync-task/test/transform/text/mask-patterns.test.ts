import test from 'ava';
import fc from 'fast-check';
import { boundedPattern } from '../../../src/transform/text/bounded-pattern.ts';
import { mask } from '../../../src/transform/text/mask.ts';
import { type RawOptions, testModel, testTransform } from '../../kit/transform.ts';

test('matches of a pattern are replaced', testTransform, mask, { pattern: '[0-9]{4,6}', replacement: '#' }, [
  { input: '', output: '' },
  { input: '123', output: '123' },
  { input: 'a1234b12345c1234567', output: 'a#b#c#7' },
  { input: '123456789012', output: '##' },
  { input: '日1234😀', output: '日#😀' },
]);

test('lines and words are seen across pieces', async (t) => {
  await testTransform(t, mask, { pattern: ['^id', '\\bkey\\b', 'end$'], replacement: '#' }, [
    { input: 'id id\nid\r\nid', output: '# id\n#\r\n#' },
    { input: 'key keys monkey key', output: '# keys monkey #' },
    { input: 'end ends end\nend', output: 'end ends #\n#' },
    { input: 'keyid\nkey', output: 'keyid\n#' },
  ]);
});

test('the longest token, then the first pattern', async (t) => {
  const options = { token: ['ab', 'abc'], pattern: ['a[a-z]{1,4}', '[a-z0-9]{5}'], replacement: '#' };
  await testTransform(t, mask, options, [
    { input: 'abcd', output: '#d' },
    { input: 'axyzuv', output: '#v' },
    { input: '-xabc9', output: '-#' },
    { input: '-xab', output: '-x#' },
  ]);
});

test('a token means itself', testTransform, mask, { token: 'a.b|[c]/', pattern: 'z{2}', replacement: '' }, [
  { input: 'a.b|[c]/ axb zz', output: ' axb ' },
]);

test('the length is kept, in characters', async (t) => {
  await testTransform(t, mask, { token: ['secret', '日本'], length: 'keep' }, [
    { input: 'secret 日本語', output: '****** **語' },
  ]);
  await testTransform(t, mask, { token: 'päß', length: 'keep', replacement: '█' }, [
    { input: 'ein päß', output: 'ein ███' },
  ]);
  await testTransform(t, mask, { pattern: '[^ ]{3,5}', length: 'keep', replacement: 'x' }, [
    { input: 'ab 日本語😀 abcdefgh', output: 'ab xxxx xxxxxxxx' },
  ]);
  await testTransform(t, mask, { token: ['é'], encoding: 'latin1', length: 'keep' }, [
    { input: Buffer.from('\xe9\xe9a', 'latin1'), output: '**a' },
  ]);
});

test('in latin1, and refused where invalid', async (t) => {
  await testTransform(t, mask, { pattern: '[ä-ü]{2}', replacement: '§', encoding: 'latin1' }, [
    { input: Buffer.from('a\xe4\xfcb', 'latin1'), output: Buffer.from('a\xa7b', 'latin1') },
  ]);
  await testTransform(t, mask, { pattern: 'a{2}' }, [{ input: Buffer.from('aab\xff', 'latin1'), output: /offset 3;/ }]);
});

const patterns = [
  'a{1,3}b?',
  '(?:ab|a|ba){1,2}',
  '^a',
  'b$',
  '\\ba',
  '[^a]{2}',
  '.b',
  '(?:b|é😀)',
  '\\u{1F600}',
  'a?b{2}',
  '(?i:A)b',
];

test('any patterns and tokens in any text, against one replacement of the whole text', (t) =>
  testModel(
    t,
    mask,
    fc.record({
      options: fc.record({
        pattern: fc.uniqueArray(fc.constantFrom(...patterns), { minLength: 1, maxLength: 3 }),
        token: fc.uniqueArray(fc.constantFrom('ab', 'abé', '😀', 'b\n'), { maxLength: 2 }),
        replacement: fc.constantFrom('', '#', 'ab'),
      }),
      input: fc.string({ unit: fc.constantFrom(...'aab\né😀'), maxLength: 60 }).map((text) => Buffer.from(text)),
    }),
    (input, { token = [], pattern = [], replacement = '' }: RawOptions) => {
      const tokens = [token].flat().sort((one, other) => Buffer.byteLength(other) - Buffer.byteLength(one));
      const expression = new RegExp([...tokens, ...pattern].join('|'), 'gmu');
      return Buffer.from(input.toString().replace(expression, () => String(replacement)));
    },
  ));

test('bounds are read from the pattern', (t) => {
  const rows: readonly (readonly [string, number, number])[] = [
    ['abc', 3, 3],
    ['a|bcd', 1, 3],
    ['[^\\]a]{2,5}x?', 2, 6],
    ['(?:ab){3}', 6, 6],
    ['(?<name>a|bb){1,2}?c', 2, 5],
    ['^\\bab$', 2, 2],
    ['\\u{1F600}\\x41\\u0041\\p{Lu}\\d\\.', 6, 6],
    ['\\ud83d\\ude00', 1, 1],
    ['(?i:a(b(c)))', 3, 3],
    ['\\(\\|\\)', 3, 3],
  ];
  for (const [source, least, most] of rows) t.deepEqual(boundedPattern(source), { least, most }, source);
});

test('patterns without bounds are refused, and never shown', (t) => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ['hunter+', /no bounded length; write \{1,64\} instead of \+/],
    ['hunter[0-9]*', /no bounded length/],
    ['(?:hunter){2,}', /no bounded length/],
    ['(hunter)\\1', /back references/],
    ['hunter(?=2)', /look-around/],
    ['(?<!x)hunter', /look-around/],
    ['(?:hunter)?', /fits an empty text/],
    ['hunter(', /no regular expression/],
    ['(?:hunter){1000}', /more than 4096 characters/],
  ];
  for (const [pattern, message] of rows) {
    const { error } = mask.options.safeParse({ pattern });
    t.regex(error?.message ?? 'taken', message, pattern);
    t.notRegex(error?.message ?? '', /hunter/);
  }
});

test('options that cannot be meant are refused', (t) => {
  const refused = (options: RawOptions, message: RegExp) =>
    t.regex(mask.options.safeParse(options).error?.message ?? '', message);
  refused({}, /give at least one token or pattern/);
  refused({ token: 'a', length: 'keep', replacement: 'xx' }, /it is one character/);
  refused({ token: 'a', length: 'other' }, /fixed/);
});
