import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';

const measure = fileURLToPath(new URL('../../kit/record-memory.ts', import.meta.url));

/** Memory is bounded: twice as many rows grow the process by less than 128 MB, much of it garbage. */
async function testMemory(t: ExecutionContext, megabytes: number, ...transforms: readonly string[]): Promise<void> {
  const { stdout } = await promisify(execFile)(process.execPath, [measure, String(megabytes), ...transforms]);
  const { inputBytes, outputBytes, grownBytes } = JSON.parse(stdout) as Record<string, number>;
  t.true((outputBytes ?? 0) > (inputBytes ?? 0) / 2, `only ${outputBytes} bytes of ${inputBytes} came out`);
  t.true((grownBytes ?? Number.POSITIVE_INFINITY) < 128 * 1024 * 1024, `grew by ${grownBytes} bytes`);
}

test.serial('rows need constant memory', testMemory, 60, 'csv-clean:number=amount');
test.serial('JSON lines need constant memory', testMemory, 30, 'csv-to-jsonl', 'jsonl-to-csv');
// 40 MB are 750,000 rows, more than memory may hold.
test.serial('a set of keys needs constant memory, going to disk', testMemory, 40, 'dedup:key=id');
