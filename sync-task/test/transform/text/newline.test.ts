import test from 'ava';
import fc from 'fast-check';
import { newline } from '../../../src/transform/text/newline.ts';
import { testModel, testTransform } from '../../kit/transform.ts';

const mixed = 'a\r\nb\nc\rd\r\r\n\n\re\r';

test('every end of a line becomes LF', testTransform, newline, {}, [
  { input: '', output: '' },
  { input: 'no end', output: 'no end' },
  { input: '\r', output: '\n' },
  { input: mixed, output: 'a\nb\nc\nd\n\n\n\ne\n' },
]);

test('every end of a line becomes CR LF', testTransform, newline, { to: 'crlf' }, [
  { input: mixed, output: 'a\r\nb\r\nc\r\nd\r\n\r\n\r\n\r\ne\r\n' },
  { input: 'é\n日', output: 'é\r\n日' },
]);

test('every end of a line becomes CR', testTransform, newline, { to: 'cr' }, [
  { input: mixed, output: 'a\rb\rc\rd\r\r\r\re\r' },
]);

test('invalid text is refused', testTransform, newline, {}, [
  { input: Buffer.from('a\r\n\xe9\n', 'latin1'), output: /UTF-8 at byte offset 3;/ },
]);

const ends = { lf: '\n', crlf: '\r\n', cr: '\r' } as const;

for (const to of ['lf', 'crlf', 'cr'] as const) {
  test(`any text to ${to}, against one replacement of the whole text`, (t) =>
    testModel(
      t,
      newline,
      fc.record({
        options: fc.constant({ to }),
        input: fc
          .string({ unit: fc.constantFrom('a', '\r', '\n', 'é'), maxLength: 80 })
          .map((text) => Buffer.from(text)),
      }),
      (input) => Buffer.from(input.toString().replace(/\r\n|\r|\n/g, ends[to])),
    ));
}
