import { isUtf8 } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { z } from 'zod';
import { encoding } from '../../../src/transform/text/encoding.ts';
import { mask } from '../../../src/transform/text/mask.ts';
import { newline } from '../../../src/transform/text/newline.ts';
import { replaceWhitespace } from '../../../src/transform/text/replace-whitespace.ts';
import { encoded, validated } from '../../../src/transform/text/text-encoding.ts';
import { utf8Validator } from '../../../src/transform/text/utf8-validator.ts';
import type { Transform } from '../../../src/transform/transform.ts';
import { testTransform } from '../../kit/transform.ts';

const checkUtf8: Transform<unknown> = {
  name: 'check-utf-8',
  version: 1,
  summary: 'passes on what is valid',
  example: 'check-utf-8',
  options: z.strictObject({}),
  apply: (input) => validated(input, 'utf-8'),
};

const invalid: Readonly<Record<string, readonly number[]>> = {
  'a lone continuation byte': [0x80],
  'overlong in two bytes': [0xc0, 0x80],
  'overlong in two bytes, the other lead': [0xc1, 0xbf],
  'overlong in three bytes': [0xe0, 0x9f, 0xbf],
  'overlong in four bytes': [0xf0, 0x8f, 0xbf, 0xbf],
  'the first surrogate': [0xed, 0xa0, 0x80],
  'the last surrogate': [0xed, 0xbf, 0xbf],
  'beyond U+10FFFF': [0xf4, 0x90, 0x80, 0x80],
  'a lead byte that never occurs': [0xf5, 0x80, 0x80, 0x80],
  'a lead byte of five': [0xf8, 0x88, 0x80, 0x80, 0x80],
  '0xff': [0xff],
  'two of three bytes, then ASCII': [0xe6, 0x97, 0x41],
  'two of three bytes, then another character': [0xe6, 0x97, 0xc3, 0xa9],
  'three of four bytes, then a lead byte': [0xf0, 0x9f, 0x98, 0xf0],
};

for (const [title, bytes] of Object.entries(invalid)) {
  const text = (before: string, after: string) =>
    Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
  test(`UTF-8 refuses ${title}`, testTransform, checkUtf8, {}, [
    { input: text('', 'after'), output: /at byte offset 0;/ },
    { input: text('é日😀', ' after'), output: /at byte offset 9;/ },
    { input: text('ab😀c', '日本'), output: /at byte offset 7;/ },
  ]);
}

test('UTF-8 refuses a character that the end cuts off', testTransform, checkUtf8, {}, [
  { input: Buffer.from([0xc3]), output: /at byte offset 0, where the file ends inside a character;/ },
  { input: Buffer.from([0x61, 0xe6, 0x97]), output: /at byte offset 1, where the file ends inside a character;/ },
  {
    input: Buffer.from([0x61, 0x61, 0xf0, 0x9f, 0x98]),
    output: /at byte offset 2, where the file ends inside a character;/,
  },
]);

test('UTF-8 takes the first and the last character of every length', testTransform, checkUtf8, {}, [
  ...['\0', '\x7f', '\x80', '\u07ff', '\u0800', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}', '\ufeff'].map(
    (character) => ({ input: `a${character}b${character}`, output: `a${character}b${character}` }),
  ),
]);

test('any bytes: valid exactly where Node says so, the same offset in one piece and byte for byte', (t) => {
  const byte = fc.oneof(fc.constantFrom(0x41, 0x80, 0xbf, 0xc2, 0xe0, 0xe6, 0xed, 0xf0, 0xf4), fc.nat({ max: 255 }));
  const text = fc.oneof(
    fc.array(byte, { maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
    fc
      .tuple(
        fc.string({ unit: 'binary', maxLength: 10 }),
        fc.array(byte, { maxLength: 4 }),
        fc.string({ unit: 'binary', maxLength: 5 }),
      )
      .map(([before, bytes, after]) => Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)])),
  );
  const offsetOf = (chunks: readonly Uint8Array[]) => {
    const validator = utf8Validator();
    for (const chunk of chunks) {
      const at = validator.check(chunk);
      if (at !== undefined) return at;
    }
    return validator.end();
  };
  const check = fc.property(text, (bytes) => {
    const whole = offsetOf([bytes]);
    const single = offsetOf(bytes.toJSON().data.map((one) => Uint8Array.of(one)));
    // Everything before the offset is valid, and the character there is not, whatever followed.
    const before = whole === undefined || isUtf8(bytes.subarray(0, whole));
    return (whole === undefined) === isUtf8(bytes) && whole === single && before && isFirst(bytes, whole);
  });
  t.notThrows(() => fc.assert(check, { numRuns: 5_000 }));
});

/** No valid character starts at the offset. */
function isFirst(bytes: Buffer, offset: number | undefined): boolean {
  return (
    offset === undefined ||
    [1, 2, 3, 4].every((n) => offset + n > bytes.length || !isUtf8(bytes.subarray(offset, offset + n)))
  );
}

test('text is written in an encoding, or it can not be', (t) => {
  t.deepEqual(encoded('aé😀', 'utf-8'), Buffer.from('aé😀'));
  t.deepEqual(encoded('aé', 'latin1'), Buffer.from([0x61, 0xe9]));
  t.deepEqual(encoded('a~', 'us-ascii'), Buffer.from('a~'));
  t.is(encoded('é', 'us-ascii'), undefined);
  t.is(encoded('€', 'latin1'), undefined);
  t.is(encoded('😀', 'latin1'), undefined);
  t.is(encoded('\ud83d', 'utf-8'), undefined);
});

test('UTF-16 and UTF-32 without a mark are nothing else', async (t) => {
  const text = 'user=bob password=hunter2\r\n';
  const wide = Buffer.from(text, 'utf16le');
  const wider = Buffer.from([...text].flatMap((letter) => [letter.charCodeAt(0), 0, 0, 0]));
  const inputs = [wide, Buffer.from(wide).swap16(), wider, Buffer.from(wider).swap32()];
  const refused = inputs.map((input) => ({ input, output: /has NUL characters at byte offset [0-3] and/ }));
  for (const encoding of ['utf-8', 'us-ascii', 'latin1']) {
    await testTransform(t, mask, { token: 'password', encoding }, refused);
    await testTransform(t, mask, { pattern: '[a-z]{8}', encoding }, refused);
    await testTransform(t, newline, { encoding }, refused);
    await testTransform(t, replaceWhitespace, { encoding }, refused);
  }
  for (const from of ['utf-8', 'windows-1252', 'shift_jis']) await testTransform(t, encoding, { from }, refused);
});

test('NULs may be kept, and those that are alone or many are none of that', async (t) => {
  const wide = [{ input: 'a\0b\0 \n', output: 'a\0b\0 \n' }];
  await testTransform(t, mask, { token: 'c', nul: 'keep' }, wide);
  await testTransform(t, mask, { pattern: 'c', nul: 'keep' }, wide);
  await testTransform(t, newline, { nul: 'keep' }, wide);
  await testTransform(t, encoding, { from: 'utf-8', nul: 'keep' }, wide);
  await testTransform(t, replaceWhitespace, { nul: 'keep' }, [{ input: 'a\0b\0 \n', output: 'a\0b\0__' }]);
  const others = ['\0', 'a\0', 'a\0bc\0', 'a\0\0\0\0bc'].map((input) => ({ input, output: input }));
  await testTransform(t, mask, { token: 'd' }, others);
  await testTransform(t, encoding, { from: 'utf-8' }, others);
  await testTransform(t, mask, { token: 'b' }, [{ input: 'é\0a\0', output: /NUL characters at byte offset 2 and/ }]);
});
