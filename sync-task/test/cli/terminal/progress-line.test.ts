import test from 'ava';
import fc from 'fast-check';
import { progressLines } from '../../../src/cli/terminal/progress-line.ts';
import { textWidth } from '../../../src/cli/terminal/text-width.ts';

const GIB = 1024 ** 3;
const state = { files: 123456, allFiles: 999999, bytes: 3.4 * GIB, allBytes: 999 * GIB, bytesPerSecond: 78e6 };
const largest = { path: `a/${'very/'.repeat(40)}long\u202e.bin`, size: 5 * GIB };

for (const columns of [60, 80, 200]) {
  test(`${columns} columns hold files, bytes, rate, time left and the largest file`, (t) => {
    const [line = '', file = ''] = progressLines({ ...state, leftMs: 3_723_000, largest }, columns - 1);
    for (const part of [/123456\/999999/, /3\.4 G/, /999 G/, /74\.4 M(iB)?\/s/, /ETA 1:02:03/]) t.regex(line, part);
    t.regex(file, /^ {2}.*long\\u202e\.bin \(5\.0 GiB\)$/);
    t.true(textWidth(line) < columns && textWidth(file) < columns, line);
  });
}

test('no line is wider than the terminal, whatever it shows', (t) => {
  const number = fc.double({ min: 0, max: 2 ** 53, noNaN: true });
  const shown = fc.record({
    files: fc.nat(),
    allFiles: fc.nat(),
    bytes: number,
    allBytes: number,
    bytesPerSecond: number,
    leftMs: fc.option(number, { nil: undefined }),
    largest: fc.option(fc.record({ path: fc.string({ unit: 'binary' }), size: number }), { nil: undefined }),
  });
  fc.assert(
    fc.property(shown, fc.integer({ min: 20, max: 200 }), (given, columns) =>
      progressLines(given, columns).every((line) => textWidth(line) <= columns),
    ),
  );
  t.pass();
});
