import test from 'ava';
import fc from 'fast-check';
import { visible, visibleJson } from '../../src/base/visible.ts';

const rows: readonly (readonly [text: string, shown: string])[] = [
  ['plain äöü 日本 😀.txt', 'plain äöü 日本 😀.txt'],
  ['\x1b[2Jgone', '\\x1b[2Jgone'],
  ['a\nb\0c\x7f', 'a\\x0ab\\x00c\\x7f'],
  ['\x9b31m', '\\x9b31m'],
  ['gpj\u202e.exe', 'gpj\\u202e.exe'],
  ['a\u200bb\ufeff\u2028', 'a\\u200bb\\ufeff\\u2028'],
  ['\ud800 alone', '\\ud800 alone'],
  ['tag \u{e0041}', 'tag \\u{e0041}'],
];

for (const [text, shown] of rows) {
  test(`${JSON.stringify(shown)} is what is shown`, (t) => t.is(visible(text), shown));
}

const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(...rows.map(([text]) => text)),
);

test('nothing hidden is left of any text', (t) => {
  fc.assert(fc.property(anyText, (text) => !hidden.test(visible(text))));
  t.pass();
});

test('JSON reads the same, and holds nothing hidden', (t) => {
  fc.assert(
    fc.property(anyText, (text) => {
      const json = visibleJson(JSON.stringify({ text }, null, 1));
      t.is(JSON.parse(json).text, text);
      t.false(hidden.test(json.replaceAll('\n', '')));
    }),
  );
});
