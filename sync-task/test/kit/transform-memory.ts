/**
 * Measures how much memory a chain of transforms needs for a long file, in a process of its own: other tests share theirs.
 *
 *     node transform-memory.ts 'NAME[:OPTION=VALUE,…] NAME…' MEGABYTES
 *
 * prints how many bytes came out, and by how many bytes the process grew after the first tenth.
 */

import { parseTransform } from '../../src/config/parse/parse-transform.ts';
import type { ByteStream } from '../../src/transform/transform.ts';
import { chainOf } from './chain-of.ts';

const [transform = '', megabytes = '0'] = process.argv.slice(2);
const totalBytes = Number(megabytes) * 1024 * 1024;
const line = Buffer.from('Two words, a password and täglich\tein Geheimnis, secret; passwor secre\r\n');
const block = Buffer.concat(Array.from({ length: Math.floor((128 * 1024) / line.length) }, () => line));

async function* synthetic(): ByteStream {
  for (let sent = 0; sent < totalBytes; sent += block.length) yield Buffer.from(block);
}

let outputBytes = 0;
let baselineBytes: number | undefined;
let highestBytes = 0;
let chunks = 0;
const warmUpBytes = totalBytes / 10;
for await (const chunk of chainOf(transform.split(' ').map(parseTransform)).apply('file', synthetic())) {
  outputBytes += chunk.length;
  if (outputBytes < warmUpBytes || ++chunks % 16 !== 0) continue;
  const rssBytes = process.memoryUsage.rss();
  baselineBytes ??= rssBytes;
  highestBytes = Math.max(highestBytes, rssBytes);
}
process.stdout.write(JSON.stringify({ outputBytes, grownBytes: highestBytes - (baselineBytes ?? 0) }));
