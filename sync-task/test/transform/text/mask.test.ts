import test from 'ava';
import fc from 'fast-check';
import { mask } from '../../../src/transform/text/mask.ts';
import { type RawOptions, testModel, testTransform } from '../../kit/transform.ts';

test('every occurrence of a token is replaced', testTransform, mask, { token: ['password', 'secret'] }, [
  { input: '', output: '' },
  { input: 'nothing here', output: 'nothing here' },
  { input: 'password', output: '********' },
  { input: 'my password is secret', output: 'my ******** is ********' },
  { input: 'passwordsecretpassword', output: '************************' },
  { input: 'passpassword passwor', output: 'pass******** passwor' },
  { input: 'Password passWord', output: 'Password passWord' },
]);

test(
  'the leftmost token wins, and what it covers is not looked at again',
  testTransform,
  mask,
  { token: ['abc', 'bcd'], replacement: '#' },
  [
    { input: 'abcd', output: '#d' },
    { input: 'bcdabc', output: '##' },
    { input: 'ababcd', output: 'ab#d' },
  ],
);

test(
  'the longest token wins at the same place',
  testTransform,
  mask,
  { token: ['aa', 'aaa', 'aab'], replacement: '#' },
  [
    { input: 'a', output: 'a' },
    { input: 'aa', output: '#' },
    { input: 'aaa', output: '#' },
    { input: 'aaaa', output: '#a' },
    { input: 'aaaaa', output: '##' },
    { input: 'aab', output: '#' },
    { input: 'aaab', output: '#b' },
    { input: 'aaaab', output: '#ab' },
    { input: 'caabaaac', output: 'c##c' },
  ],
);

test(
  'a token that begins another one',
  testTransform,
  mask,
  { token: ['pass', 'password', 'passwords!'], replacement: '<>' },
  [
    { input: 'pass', output: '<>' },
    { input: 'passwor', output: '<>wor' },
    { input: 'passwords', output: '<>s' },
    { input: 'passwords!', output: '<>' },
    { input: 'passwords?password', output: '<>s?<>' },
  ],
);

test(
  'tokens of one byte, and much longer replacements',
  testTransform,
  mask,
  { token: ['x', 'xyz'], replacement: '-'.repeat(40) },
  [
    { input: 'x', output: '-'.repeat(40) },
    { input: 'xx', output: '-'.repeat(80) },
    { input: 'xyz', output: '-'.repeat(40) },
    { input: 'axya', output: `a${'-'.repeat(40)}ya` },
  ],
);

test('a replacement may be empty, or hold a token itself', async (t) => {
  await testTransform(t, mask, { token: 'ab', replacement: '' }, [{ input: 'aabbab', output: 'ab' }]);
  await testTransform(t, mask, { token: 'ab', replacement: 'xab' }, [{ input: 'abab', output: 'xabxab' }]);
});

test('characters of several bytes', testTransform, mask, { token: ['päß', '日本', '😀', 'é'], replacement: '█' }, [
  { input: 'ein päß, 日本語 und 😀😁é', output: 'ein █, █語 und █😁█' },
  { input: 'pä', output: 'pä' },
  { input: '日', output: '日' },
]);

test(
  'in latin1 tokens are written in latin1',
  testTransform,
  mask,
  { token: ['päß'], replacement: '§', encoding: 'latin1' },
  [
    { input: Buffer.from('ein p\xe4\xdf\x85', 'latin1'), output: Buffer.from('ein \xa7\x85', 'latin1') },
    { input: 'ein päß', output: 'ein päß' },
  ],
);

test('invalid text is refused at the same offset', testTransform, mask, { token: ['a', 'token'] }, [
  { input: Buffer.from('token a \xe9 token', 'latin1'), output: /UTF-8 at byte offset 8;/ },
]);

test('tokens far apart', async (t) => {
  const text = (token: string) => `${'no token '.repeat(20)}${token}${'-'.repeat(100)}${token} at the end`;
  await testTransform(t, mask, { token: 'secret' }, [{ input: text('secret'), output: text('********') }]);
});

test('a window is cut where its output could become too long', async (t) => {
  for (const replacement of ['r'.repeat(64 * 1024), 'r'.repeat(300 * 1024)]) {
    const output = 'RcRRx'.replaceAll('R', replacement);
    await testTransform(t, mask, { token: ['a', 'ab'], replacement }, [{ input: 'abcaabx', output }]);
  }
});

const letters = (alphabet: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength });

for (const alphabet of ['ab', 'abcé', 'a日😀']) {
  test(`any tokens in any text of ${alphabet}, against one replacement of the whole text`, (t) =>
    testModel(
      t,
      mask,
      fc.record({
        options: fc.record({
          token: fc.array(letters(alphabet, 1, 6), { minLength: 1, maxLength: 5 }),
          replacement: letters('*#', 0, 9),
        }),
        input: letters(alphabet, 0, 120).map((text) => Buffer.from(text)),
      }),
      (input, options) => Buffer.from(replaceAll(input.toString(), options)),
    ));
}

test('any tokens in any bytes as latin1', (t) => {
  const few = letters('\x00\x0aa\xa0\xff', 1, 5);
  return testModel(
    t,
    mask,
    fc.record({
      options: fc.record({
        token: fc.array(few, { minLength: 1, maxLength: 4 }),
        encoding: fc.constant('latin1'),
        nul: fc.constant('keep'),
      }),
      input: letters('\x00\x0aa\xa0\xff', 0, 150).map((text) => Buffer.from(text, 'latin1')),
    }),
    (input, options) => Buffer.from(replaceAll(input.toString('latin1'), options), 'latin1'),
  );
});

/** The first alternative wins, and a regular expression searches from the left: longest first is all it takes. */
function replaceAll(text: string, { token = [], replacement = '********' }: RawOptions): string {
  const tokens = [token].flat().sort((one, other) => Buffer.byteLength(other) - Buffer.byteLength(one));
  const pattern = tokens.map((one) => one.replace(/[*+?^$.()|[\]{}\\#]/g, '\\$&')).join('|');
  return text.replace(new RegExp(pattern, 'gu'), () => String(replacement));
}
