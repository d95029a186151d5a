/**
 * Measures how much memory transforms on records need for a long file, in a process of its own: other tests share theirs.
 *
 *     node record-memory.ts MEGABYTES NAME[:OPTION=VALUE,…] …
 *
 * prints how many bytes went in and came out, and by how many bytes the process was larger in the second half than ever in
 * the first. Every row has a number of its own.
 */
import { parseTransform } from '../../src/config/parse/parse-transform.ts';
import { recordingFile } from '../../src/testing/recording-file.ts';
import type { ByteStream } from '../../src/transform/transform.ts';
import { chainOf } from './chain-of.ts';

const [megabytes = '0', ...transforms] = process.argv.slice(2);
const totalBytes = Number(megabytes) * 1024 * 1024;
let inputBytes = 0;

async function* synthetic(): ByteStream {
  yield Buffer.from('id,name,note,amount\n');
  for (let id = 0; inputBytes < totalBytes; ) {
    let text = '';
    for (const until = id + 1000; id < until; id++) text += `${id}, Name ${id},"a ""note"", täglich",${id % 1000}.50\n`;
    const chunk = Buffer.from(text);
    inputBytes += chunk.length;
    yield chunk;
  }
}

let outputBytes = 0;
const highestBytes = { firstHalf: 0, secondHalf: 0 };
{
  await using file = recordingFile();
  for await (const chunk of chainOf(transforms.map(parseTransform)).apply('file', synthetic(), file)) {
    outputBytes += chunk.length;
    const half = inputBytes < totalBytes / 2 ? 'firstHalf' : 'secondHalf';
    highestBytes[half] = Math.max(highestBytes[half], process.memoryUsage.rss());
  }
}
const grownBytes = highestBytes.secondHalf - highestBytes.firstHalf;
process.stdout.write(JSON.stringify({ inputBytes, outputBytes, grownBytes }));
