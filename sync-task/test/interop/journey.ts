/** What a server is put through, as a source and as a target, by the whole program. */
import { strict as assert } from 'node:assert';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Outcome } from '../kit/job.ts';
import { bytes, complaints, type Job, openJob, put, type Role, rowsOf, seen } from './place.ts';
import type { RunningServer } from './programs.ts';
import type { Row } from './servers-doc.ts';

export interface JourneyOptions {
  readonly program: string;
  /** Bytes of the largest file, in the middle of which the program is killed. */
  readonly largeBytes: number;
}

const KIB = 1024;
const sizes = [0, 1, 32 * KIB - 1, 32 * KIB, 32 * KIB + 1, 255 * KIB - 1, 255 * KIB, 255 * KIB + 1];
const names = ['a b', 'é', 'e\u0301', '日本語', "it's", '-rf', '100%25', 'back\\slash', '#;$&', 'x'.repeat(200)];
const time = new Date('2024-03-01T10:20:30Z');
const A_MOMENT_MS = 500;
const later = new Date('2024-03-02T00:00:00Z');

/** Path → bytes, for three days. */
function tree(): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const day of ['2026-11-01', '2026-11-02', '2026-11-03']) {
    for (const size of sizes) files.set(`${day}/size/${size}`, bytes(size, `${day}${size}`));
    for (const name of names) files.set(`${day}/${name}`, Buffer.from(`${day} ${name}`));
  }
  return files;
}

/** Throws where anything is not as it should be. Returns the rows of `check`. */
export async function journey(
  server: RunningServer,
  role: Role,
  { program, largeBytes }: JourneyOptions,
): Promise<readonly Row[]> {
  await using job = await openJob(server, role, program);
  const { source, target, run } = job;
  const checked = await run('check');
  assert.equal(checked.code, 0, checked.stderr);
  const keepsTimes = !rowsOf(checked, role).some(
    ({ name, offered }) => name === 'modification times' && offered === 'no',
  );
  const same = async (what: string) =>
    assert.deepEqual(await seen(target, keepsTimes), await seen(source, keepsTimes), what);

  for (const [path, content] of tree()) await put(source, path, content, time);
  await settled(run('sync'), 'the first run', { copied: tree().size });
  await same('the first run');
  await settled(run('sync'), 'an unchanged second run', { copied: 0, unchanged: tree().size });

  await put(source, '2026-11-02/a b', Buffer.from('another text'), later);
  await put(source, '2026-11-02/size/32768', bytes(5, 'shorter'), later);
  await settled(run('sync'), 'files that changed', { copied: 2 });
  await same('files that changed');

  await put(source, 'large', bytes(largeBytes, 'large'), time);
  const words = ['sync', '--run', 'killed', '--bwlimit', `${largeBytes / 4}`];
  const known = await killed(job, words, largeBytes / 4);
  const { read, resumed } = await settled(run('sync', '--run', 'killed'), 'after a kill', { copied: 1 });
  await same('after a kill');
  assert(
    resumed >= known,
    `after a kill: ${known} bytes were known to be there, and only ${resumed} are not read again`,
  );
  assert.equal(read, largeBytes - resumed, 'after a kill: what is read again');

  const verified = await run('verify', '--checksum', 'both');
  assert.equal(verified.code, 0, `verify: ${verified.stderr}`);
  return [...rowsOf(await run('check'), role), { name: 'goes on amid a file after a kill', offered: 'yes' }];
}

/** Returns the bytes that were read and those that did not have to be. */
async function settled(
  running: Promise<Outcome>,
  what: string,
  counts: { readonly copied?: number; readonly unchanged?: number },
): Promise<Outcome['result']['bytes']> {
  const outcome = await running;
  assert.equal(outcome.code, 0, `${what}: ${complaints(outcome)}`);
  for (const [name, count] of Object.entries(counts)) {
    assert.equal(outcome.result.files[name as 'copied' | 'unchanged'], count, `${what}: ${name}`);
  }
  return outcome.result.bytes;
}

/** A moment after so many bytes of it have arrived, so that some of it is written down. Returns how many bytes are. */
async function killed(job: Job, words: readonly string[], enough: number): Promise<number> {
  const { child, ended } = job.start(...words);
  let over = false;
  ended.then(() => {
    over = true;
  });
  while (!over && (await draftBytes(job.target)) < enough) await setTimeout(20);
  await setTimeout(A_MOMENT_MS);
  child.kill('SIGKILL');
  const { signal } = await ended;
  assert.equal(signal, 'SIGKILL', 'it was to be killed amid the large file, and had ended before');
  const known = job.knownBytes('large');
  assert(known > 0, 'nothing of the large file was written down before the kill');
  return known;
}

async function draftBytes(folder: string): Promise<number> {
  const drafts = (await readdir(folder)).filter((name) => name.startsWith('.sync-task.'));
  const sizes = drafts.map((name) =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0, // published meanwhile
    ),
  );
  return Math.max(0, ...(await Promise.all(sizes)));
}
