import test from 'ava';
import fc from 'fast-check';
import { parseFragment } from 'parse5';
import { escapeText, html, markupText } from '../../../src/engine/report/html.ts';
import { topList } from '../../../src/engine/report/top-list.ts';
import { bytesWords, countWords, durationWords, plural, shortName } from '../../../src/engine/report/words.ts';

test('whatever is put in comes out as the text of one element, and nothing else', (t) => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'<>"\'&`/=! -a;#x') })),
      (text) => {
        const fragment = parseFragment(markupText(html`<p title="${text}">${text}</p>`));
        t.is(fragment.childNodes.length, 1);
        const [p] = fragment.childNodes;
        if (!p || !('tagName' in p)) throw new Error('no element');
        t.deepEqual(
          p.attrs.map(({ name }) => name),
          ['title'],
        );
        t.true(p.childNodes.length <= 1);
        const inside = p.childNodes[0];
        t.is(inside && 'value' in inside ? inside.value : '', p.attrs[0]?.value ?? 'no title');
      },
    ),
  );
});

test('characters that cannot be seen, or that turn what follows, are spelt out', (t) => {
  t.is(escapeText('invoice\u202efdp.exe'), 'invoice\\u202efdp.exe');
  t.is(escapeText('a\nb\0c\u200bd\u2066'), 'a\\x0ab\\x00c\\u200bd\\u2066');
  t.is(escapeText('half \ud800'), 'half \\ud800');
  t.is(escapeText('Grüße, 文書 🙂'), 'Grüße, 文書 🙂');
});

test('markup within markup stays markup, lists are joined, nothing is nothing', (t) => {
  const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
  t.is(markupText(html`<ul>${items}</ul>${undefined}${false}${0}`), '<ul><li>a</li><li>&lt;b&gt;</li></ul>0');
});

test('an object that only looks like markup is no markup', (t) => {
  const forged = { text: '<script>' } as unknown as string;
  t.throws(() => markupText(html`${forged}`));
});

test('a top list keeps what sorting would', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.integer({ min: 1, max: 5 }), (numbers, size) => {
      const list = topList<number>(size, (number) => number);
      for (const number of numbers) list.add(number);
      t.deepEqual(list.items, numbers.toSorted((a, b) => b - a).slice(0, size));
    }),
  );
});

const words: readonly (readonly [string, string])[] = [
  [bytesWords(0), '0 B'],
  [bytesWords(1023), '1023 B'],
  [bytesWords(109.09090909090908), '109 B'],
  [bytesWords(1024), '1.0 KiB'],
  [bytesWords(1024 ** 2 - 1), '1.0 MiB'],
  [bytesWords(150 * 1024 ** 3), '150 GiB'],
  [bytesWords(3000 * 1024 ** 5), '3000 PiB'],
  [durationWords(999), '999 ms'],
  [durationWords(59_949), '59.9 s'],
  [durationWords(59_999), '1 min 0 s'],
  [durationWords(3_600_000), '1 h 0 min'],
  [durationWords(90_000_000), '1 d 1 h'],
  [countWords(1_234_567), '1\u202f234\u202f567'],
  [plural(1, 'file'), '1 file'],
  [plural(2000, 'file'), '2\u202f000 files'],
];

test('numbers in words', (t) => {
  t.deepEqual(
    words.map(([got]) => got),
    words.map(([, wanted]) => wanted),
  );
});

test('a long name keeps its day and its end', (t) => {
  t.is(shortName('scheduled__2026-11-21T00:00:00+00:00'), 'scheduled__2026-11-21T00:00:00+00:00');
  t.is(shortName('scheduled__2026-11-21T00:00:00+00:00.2026-11-20'), 'scheduled__2026-11-21T00:…2026-11-20');
  t.is([...shortName('\u{1f600}'.repeat(100))].length, 36);
});
