import test from 'ava';
import { SyncError } from '../../../src/base/errors.ts';
import { recordingFile } from '../../../src/testing/recording-file.ts';
import { csvClean } from '../../../src/transform/records/csv-clean.ts';
import { csvToJsonl } from '../../../src/transform/records/csv-to-jsonl.ts';
import { jsonlToCsv } from '../../../src/transform/records/jsonl-to-csv.ts';
import type { ByteStream, Transform } from '../../../src/transform/transform.ts';
import type { RawOptions } from '../../kit/transform.ts';

interface Input {
  readonly stream: ByteStream;
  closed: boolean;
}

/** In pieces of that size; tells whether the reader has closed it. */
function inputOf(bytes: Buffer, pieceBytes: number): Input {
  async function* pieces(): ByteStream {
    try {
      for (let start = 0; start < bytes.length; start += pieceBytes) {
        yield Buffer.from(bytes.subarray(start, start + pieceBytes));
      }
    } finally {
      input.closed = true;
    }
  }
  const input: Input = { stream: pieces(), closed: false };
  return input;
}

async function applied<Options>(transform: Transform<Options>, options: RawOptions, input: Input): Promise<string> {
  await using file = recordingFile();
  const output: Uint8Array[] = [];
  for await (const chunk of transform.apply(input.stream, transform.options.parse(options), file)) output.push(chunk);
  return Buffer.concat(output).toString();
}

/** The beginning that the delimiter is detected from ends inside a row, a quote and a character. */
const long = Buffer.from(`id;note\n${Array.from({ length: 20_000 }, (_, id) => `${id};"ä, ""x"""\n`).join('')}`);

test('a file longer than what its delimiter is found out from gives the same in pieces of any size', async (t) => {
  const whole = await applied(csvClean, {}, inputOf(long, long.length));
  t.is(whole, long.toString());
  for (const pieceBytes of [7, 1000, 65_535, 65_536, 65_537]) {
    t.is(await applied(csvClean, {}, inputOf(long, pieceBytes)), whole, `pieces of ${pieceBytes}`);
  }
});

test('there and back through JSON lines', async (t) => {
  const lines = Buffer.from(await applied(csvToJsonl, {}, inputOf(long, 1000)));
  t.is(await applied(jsonlToCsv, { 'to-delimiter': 'semicolon' }, inputOf(lines, 999)), long.toString());
});

test('the input is let go however it ends', async (t) => {
  const rows: readonly (readonly [options: RawOptions, bytes: Buffer])[] = [
    [{ select: 'none' }, long],
    [{ number: 'note' }, long],
    [{}, Buffer.concat([long, Buffer.from([0xff]), long])],
    [{ 'max-record-bytes': '5' }, long],
  ];
  for (const [options, bytes] of rows) {
    const input = inputOf(bytes, 1000);
    await t.throwsAsync(applied(csvClean, options, input), { instanceOf: SyncError });
    t.true(input.closed, JSON.stringify(options));
  }
  const input = inputOf(long, 1000);
  await using file = recordingFile();
  for await (const _ of csvClean.apply(input.stream, csvClean.options.parse({}), file)) break;
  t.true(input.closed, 'its reader stopped');
});
