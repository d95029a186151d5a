import { execFileSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { canonicalName, charset } from '../../../src/transform/text/charset/named.ts';
import { encoding } from '../../../src/transform/text/encoding.ts';
import { needs } from '../../kit/needs.ts';
import { applied, type RawOptions, testModel, testTransform } from '../../kit/transform.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const swapped = (text: string) => utf16(text).swap16();

test('one byte for a character', testTransform, encoding, { from: 'windows-1252' }, [
  { input: '', output: '' },
  { input: latin('ein p\xe4\xdf f\xfcr 5 \x80'), output: 'ein päß für 5 €' },
  { input: latin('abc\x81'), output: /invalid-encoding: the text is not valid windows-1252 at byte offset 3;/ },
]);

test('Shift JIS', testTransform, encoding, { from: 'Shift_JIS' }, [
  { input: Buffer.from('93fa967b8cea205c20b1b2b3', 'hex'), output: '日本語 \\ ｱｲｳ' },
  { input: Buffer.from('4193fa8120', 'hex'), output: /not valid shift-jis at byte offset 3;/ },
  { input: Buffer.from('4193fa81', 'hex'), output: /not valid shift-jis at byte offset 3;/ },
]);

test('EUC-JP has characters of three bytes, GB 18030 of four', async (t) => {
  await testTransform(t, encoding, { from: 'euc-jp' }, [
    { input: Buffer.from('c6fccbdc8fb0a141', 'hex'), output: '日本丂A' },
    { input: Buffer.from('c6fc8fb041', 'hex'), output: /at byte offset 2;/ },
  ]);
  await testTransform(t, encoding, { from: 'gb18030' }, [
    { input: iconv.encode('汉字 😀 ß', 'gb18030'), output: '汉字 😀 ß' },
    { input: iconv.encode('字😀', 'gb18030').subarray(0, -1), output: /not valid gb18030 at byte offset 2;/ },
  ]);
});

test('the byte order mark tells the order of UTF-16, and is left out', testTransform, encoding, { from: 'utf-16' }, [
  { input: utf16('\ufeffaé日😀'), output: 'aé日😀' },
  { input: swapped('\ufeffaé日😀'), output: 'aé日😀' },
  { input: utf16('no mark'), output: 'no mark' },
  { input: utf16('\ufeff'), output: '' },
  { input: '', output: '' },
  { input: utf16('a\ud83d'), output: /not valid utf-16le at byte offset 2;/ },
  { input: utf16('a\ude00b'), output: /not valid utf-16le at byte offset 2;/ },
  { input: Buffer.concat([utf16('ab'), latin('c')]), output: /not valid utf-16le at byte offset 4;/ },
]);

test('UTF-32', async (t) => {
  await testTransform(t, encoding, { from: 'utf-32' }, [
    { input: Buffer.from('0000feff000000610001f600', 'hex'), output: 'a😀' },
    { input: Buffer.from('fffe00006100000000d80000', 'hex'), output: /not valid utf-32le at byte offset 8;/ },
    { input: Buffer.from('610000', 'hex'), output: /at byte offset 0;/ },
  ]);
  await testTransform(t, encoding, { from: 'utf-8', to: 'utf-32be' }, [
    { input: 'a😀', output: Buffer.from('000000610001f600', 'hex') },
  ]);
});

test('from UTF-8', async (t) => {
  await testTransform(t, encoding, { from: 'utf8', to: 'utf-16' }, [
    { input: 'aé😀', output: utf16('\ufeffaé😀') },
    { input: '\ufeffa', output: utf16('\ufeffa') },
    { input: '', output: '' },
  ]);
  await testTransform(t, encoding, { from: 'utf-8', to: 'utf-16be', bom: 'add' }, [
    { input: 'a日', output: swapped('\ufeffa日') },
  ]);
  await testTransform(t, encoding, { from: 'utf-8', to: 'iso-8859-1' }, [
    { input: 'päß', output: latin('p\xe4\xdf') },
    { input: 'é 5 €', output: /the text has the character U\+20AC at byte offset 5, which iso-8859-1 cannot write;/ },
    { input: 'e\u0301', output: /character U\+0301 at byte offset 1,/ },
  ]);
  await testTransform(t, encoding, { from: 'utf-8', to: 'shift_jis' }, [
    { input: '日本語', output: Buffer.from('93fa967b8cea', 'hex') },
  ]);
});

test('a byte order mark is left out, kept or added', async (t) => {
  const rows = [
    ['strip', 'a', 'a'],
    ['keep', '\ufeffa', 'a'],
    ['add', '\ufeffa', '\ufeffa'],
  ] as const;
  for (const [bom, marked, unmarked] of rows) {
    await testTransform(t, encoding, { from: 'utf-8', bom }, [
      { input: '\ufeffa', output: marked },
      { input: 'a', output: unmarked },
    ]);
  }
  await testTransform(t, encoding, { from: 'utf-8' }, [{ input: 'a\ufeff\ufeff', output: 'a\ufeff\ufeff' }]);
});

test('characters of two code points have one code in Big5', testTransform, encoding, { from: 'utf-8', to: 'big5' }, [
  { input: 'Ê\u0304 ê\u030c Êê\u0304', output: Buffer.from('8862 20 88a5 20 8866 88a3'.replaceAll(' ', ''), 'hex') },
]);

test('what is invalid is replaced where asked', async (t) => {
  await testTransform(t, encoding, { from: 'shift_jis', invalid: 'replace' }, [
    {
      input: Buffer.from('4181209381', 'hex'),
      output: 'A\ufffd 到'.replace('到', iconv.decode(Buffer.from('9381', 'hex'), 'shift_jis')),
    },
    { input: Buffer.from('4181', 'hex'), output: 'A\ufffd' },
  ]);
  await testTransform(t, encoding, { from: 'utf-16le', invalid: 'replace' }, [
    { input: utf16('a\ude00\ud83d\ud83d\ude00b\ud83d'), output: 'a\ufffd\ufffd😀b\ufffd' },
  ]);
  await testTransform(t, encoding, { from: 'utf-8', to: 'us-ascii', invalid: 'replace' }, [
    { input: 'aé😀', output: 'a???' },
  ]);
});

const odd = [
  0x41, 0x80, 0xbf, 0xc0, 0xc3, 0xa9, 0xe0, 0xa0, 0xe2, 0x82, 0xac, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xff,
];
test('broken UTF-8 is replaced as TextDecoder does', (t) =>
  testModel(
    t,
    encoding,
    fc.record({
      options: fc.constant({ from: 'utf-8', invalid: 'replace' }),
      input: fc.uint8Array({ maxLength: 30 }).map((bytes) => bytes.map((byte) => odd[byte % odd.length] as number)),
    }),
    (input) => Buffer.from(new TextDecoder().decode(input)),
  ));

const samples: readonly (readonly [name: string, letters: string])[] = [
  ['windows-1251', 'aжю\n'],
  ['shift_jis', 'a日ソ表ｱ\\'],
  ['euc-jp', 'a日本丂ｱ'],
  ['gbk', 'a汉字'],
  ['gb18030', 'a汉ß😀'],
  ['big5', 'a字漢ê'],
  ['euc-kr', 'a한글'],
  ['utf-16le', 'aé日😀'],
  ['utf-16be', 'aé日😀'],
];
for (const [name, letters] of samples) {
  const texts = fc.string({ unit: fc.constantFrom(...letters), maxLength: 60 });
  const options = (raw: RawOptions) => fc.constant(raw);
  const known = name === 'utf-16be' ? 'utf16-be' : name;
  test(`any text from and to ${name}`, async (t) => {
    const encoded = texts.map((text) => iconv.encode(text, known, { addBOM: false }));
    await testModel(t, encoding, fc.record({ options: options({ from: name }), input: encoded }), (input) =>
      Buffer.from(iconv.decode(input, known)),
    );
    const plain = texts.map((text) => Buffer.from(text));
    await testModel(t, encoding, fc.record({ options: options({ from: 'utf-8', to: name }), input: plain }), (input) =>
      iconv.encode(input.toString(), known, { addBOM: false }),
    );
  });
}

/** The output of GNU iconv. */
function iconvOf(from: string, to: string, input: Buffer): Buffer {
  return execFileSync('iconv', ['-f', from, '-t', to], { input });
}

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

for (const [name, other] of [
  ['cp037', 'IBM037'],
  ['ibm273', 'IBM273'],
  ['cp500', 'IBM500'],
  ['ebcdic-1047', 'IBM1047'],
  ['cp1140', 'IBM1140'],
  ['cp437', 'CP437'],
  ['cp850', 'CP850'],
  ['koi8-r', 'KOI8-R'],
  ['iso-8859-2', 'ISO-8859-2'],
  ['iso-8859-15', 'ISO-8859-15'],
] as const) {
  needs('GNU iconv')(`${name} is what iconv makes of it, there and back`, async (t) => {
    const expected = iconvOf(other, 'UTF-8', everyByte);
    const text = Buffer.concat(await applied(encoding, { from: name, nul: 'keep' }, [everyByte]));
    t.is(text.toString(), expected.toString());
    const back = Buffer.concat(await applied(encoding, { from: 'utf-8', to: name, nul: 'keep' }, [text]));
    t.is(back.toString('hex'), everyByte.toString('hex'));
  });
}

test('characters that a table has twice, and names of WHATWG', async (t) => {
  const rows = [
    ['cp950', '十卅', 'a451a4ca'],
    ['armscii8', '(),-.', '28292c2d2e'],
    ['macintosh', 'Ω€', 'bddb'],
    ['x-mac-cyrillic', 'Ґґ€', 'a2b6ff'],
  ] as const;
  for (const [to, text, hex] of rows) {
    t.is(Buffer.concat(await applied(encoding, { from: 'utf-8', to }, [Buffer.from(text)])).toString('hex'), hex, to);
    await testTransform(t, encoding, { from: to }, [{ input: Buffer.from(hex, 'hex'), output: text }]);
  }
  await testTransform(t, encoding, { from: 'utf-8', to: 'windows-1252' }, [{ input: '\ufffd', output: /U\+FFFD/ }]);
});

for (const name of [
  'macintosh',
  'x-mac-cyrillic',
  'windows-1250',
  'windows-1251',
  'windows-1253',
  'koi8-r',
  'ibm866',
]) {
  test(`${name} says what the encoding standard says`, (t) => {
    const decoder = new TextDecoder(name, { fatal: true });
    for (const byte of everyByte) {
      const bytes = Buffer.of(byte);
      const read = charset(canonicalName(name))?.read(bytes);
      // The standard has C1 controls where a table has nothing; we refuse the file there.
      if (read !== undefined) t.is(read, decoder.decode(bytes), `byte ${byte}`);
    }
  });
}
