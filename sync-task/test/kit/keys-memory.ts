/**
 * Measures how much memory `dedup` across runs needs for a file of many keys, in a process of its own: other tests share theirs.
 *
 *     node keys-memory.ts STATE ROWS
 *
 * prints how many rows came out, and by how many bytes the process was larger in the second half than ever in the first.
 */

import { realWorld } from '../../src/base/world.ts';
import { fileKeys } from '../../src/engine/transfer/file-keys.ts';
import { openState } from '../../src/state/open.ts';
import { recordingFile } from '../../src/testing/recording-file.ts';
import { dedup } from '../../src/transform/records/dedup.ts';
import type { ByteStream } from '../../src/transform/transform.ts';
import { planRun } from '../contract/state/arrange.ts';

const [url = '', rowsText = '0'] = process.argv.slice(2);
const rows = Number(rowsText);
await using state = await openState(url, process.env['SYNC_TASK_STATE_PASSWORD'], 'test');
const pipelineId = await planRun(state, 'r', ['a']);
const [claim] = await state.claim({ pipelineId, run: 'r', batch: 1, owner: 'me', leaseMs: 3_600_000, limit: 1 });
const keys = fileKeys(
  { state, world: realWorld, signal: new AbortController().signal },
  { pipelineId, path: 'a', token: claim?.token ?? 0 },
);

let made = 0;
async function* synthetic(): ByteStream {
  yield Buffer.from('id,name\n');
  while (made < rows) {
    let text = '';
    for (const until = made + 2000; made < until; made++) text += `${made},Name ${made}\n`;
    yield Buffer.from(text);
  }
}

await using recording = recordingFile();
const options = dedup.options.parse({ key: 'id', across: 'runs', set: 's', delimiter: 'comma' });
const highestBytes = { firstHalf: 0, secondHalf: 0 };
let lines = 0;
for await (const chunk of dedup.apply(synthetic(), options, { ...recording, takeKeys: keys.take })) {
  lines += Buffer.from(chunk).toString('latin1').split('\n').length - 1;
  const half = made < rows / 2 ? 'firstHalf' : 'secondHalf';
  highestBytes[half] = Math.max(highestBytes[half], process.memoryUsage.rss());
}
await keys.complete();
const grownBytes = highestBytes.secondHalf - highestBytes.firstHalf;
process.stdout.write(JSON.stringify({ rows: lines - 1, grownBytes }));
