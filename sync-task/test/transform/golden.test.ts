/** Whole files before and after: `test/golden/transforms/`. A difference means that a version must be raised. */
import { readFile } from 'node:fs/promises';
import test from 'ava';
import { parseTransform } from '../../src/config/parse/parse-transform.ts';
import { chainOf } from '../kit/chain-of.ts';
import { streamOf } from '../kit/transform.ts';

const golden = (name: string) => readFile(new URL(`../golden/transforms/${name}`, import.meta.url));

const rows: readonly (readonly [input: string, output: string, ...settings: string[]])[] = [
  ['orders.windows-1252.txt', 'orders.utf-8.txt', 'encoding:from=windows-1252', 'newline:to=lf'],
  ['orders.utf-8.txt', 'orders.masked.txt', 'mask:token=Müller,pattern=\\\\b[0-9]{16}\\\\b,length=keep'],
  ['orders.utf-8.txt', 'orders.whitespace.txt', 'replace-whitespace'],
  ['letter.shift_jis.txt', 'letter.utf-16.txt', 'encoding:from=shift_jis,to=utf-16'],
  ['letter.utf-16.txt', 'letter.shift_jis.txt', 'encoding:from=utf-16,to=shift_jis'],
  ['orders.utf-8.txt.gz', 'orders.utf-8.txt', 'gunzip'],
  ['orders.utf-8.txt.zst', 'orders.utf-8.txt', 'unzstd'],
];
for (const [input, output, ...settings] of rows) {
  test(`${input} becomes ${output} by ${settings.join(' ')}`, async (t) => {
    const bytes = await golden(input);
    for (const size of [1, 13, bytes.length]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      const received: Uint8Array[] = [];
      for await (const chunk of chainOf(settings.map(parseTransform)).apply(input, streamOf(chunks)))
        received.push(chunk);
      t.deepEqual(
        Buffer.concat(received).toString('latin1'),
        (await golden(output)).toString('latin1'),
        `chunks of ${size}`,
      );
    }
  });
}
