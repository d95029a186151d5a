/** What a server is put through, as a source and as a target, by the whole program. */
import { strict as assert } from 'node:assert';
import { stat } from 'node:fs/promises';
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
  /** What is stored of a file can be gone on with after a kill. */
  readonly goesOn: boolean;
  /** Under the final names. */
  readonly inPlace?: boolean;
}

const KIB = 1024;
const sizes = [0, 1, 32 * KIB - 1, 32 * KIB, 32 * KIB + 1, 255 * KIB - 1, 255 * KIB, 255 * KIB + 1];
const names = ['a b', 'é', 'e\u0301', '日本語', "it's", '-rf', '100%25', 'back\\slash', '#;$&', 'x'.repeat(200)];
const time = new Date('2024-03-01T10:20:30Z');
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
  { program, largeBytes, goesOn, inPlace = false }: JourneyOptions,
): Promise<readonly Row[]> {
  await using job = await openJob(server, role, program, inPlace ? { SYNC_TASK_PUBLISH: 'in-place' } : {});
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
  const known = await killed(job, ['sync', '--run', 'killed', '--bwlimit', `${largeBytes}`], largeBytes / 4, inPlace);
  const { read, resumed } = await settled(run('sync', '--run', 'killed'), 'after a kill', { copied: 1 });
  await same('after a kill');
  if (goesOn) {
    assert(resumed >= known, `after a kill: ${known} bytes were known to be there, and ${resumed} are not read again`);
    assert.equal(read, largeBytes - resumed, 'after a kill: what is read again');
  } else assert.equal(resumed, 0, 'after a kill: it goes on where nobody knew that it can');

  const verified = await run('verify', '--checksum', 'both');
  assert.equal(verified.code, 0, `verify: ${verified.stderr}`);
  return [...rowsOf(await run('check'), role), goingOn(goesOn)];
}

const goingOn = (offered: boolean): Row => ({
  name: 'goes on amid a file',
  offered: offered ? 'yes' : 'no',
  cost: 'a file that broke off is copied from its beginning',
});

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

/** As soon as so many bytes of it are written down, or stand there where none are; returns how many were written down at least. */
async function killed(job: Job, words: readonly string[], enough: number, inPlace: boolean): Promise<number> {
  const { child, ended } = job.start(...words, '--log-level', 'debug');
  let said = '';
  child.stderr?.on('data', (text: string) => {
    said += text;
  });
  const known = () => Math.max(0, ...[...said.matchAll(/(\d+) bytes are stored/g)].map(([, bytes]) => Number(bytes)));
  const standing = () => stat(join(job.target, 'large')).then(({ size }) => size, nothing);
  while ((inPlace ? await standing() : known()) < enough && child.exitCode === null) await setTimeout(20);
  child.kill('SIGKILL');
  const { signal } = await ended;
  assert.equal(signal, 'SIGKILL', 'it was to be killed amid the large file, and had ended before');
  return known();
}

const nothing = () => 0;
