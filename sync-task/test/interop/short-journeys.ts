/** What is asked of servers that differ from one that was put through everything in one respect alone. */
import { strict as assert } from 'node:assert';
import { bytes, complaints, openJob, put, type Role, seen } from './place.ts';
import type { RunningServer } from './programs.ts';

const time = new Date('2024-03-01T10:20:30Z');
/** More than fail before it is seen that it is not the files. */
const FILES = 400;

/** Lets in, again and again, and copies. */
export async function login(server: RunningServer, role: Role, program: string): Promise<void> {
  await using job = await openJob(server, role, program);
  for (const size of [0, 1, 300_000]) await put(job.source, `day/${size}`, bytes(size, `${size}`), time);
  const checked = await job.run('check');
  assert.equal(checked.code, 0, checked.stderr);
  const copied = await job.run('sync');
  assert.equal(copied.code, 0, complaints(copied));
  assert.equal(copied.result.files.copied, 3);
  assert.deepEqual(await seen(job.target, true), await seen(job.source, true));
}

/** A target where nothing can be published: `check` and `sync` say so once, alike, and leave nothing there. */
export async function refusal(server: RunningServer, says: RegExp, program: string): Promise<void> {
  await using job = await openJob(server, 'TARGET', program);
  for (let number = 0; number < FILES; number++) await put(job.source, `day/${number}`, bytes(100, `${number}`), time);
  const checked = await job.run('check');
  assert.match(checked.stderr, says, 'check');
  const ran = await job.run('sync');
  assert.notEqual(checked.code, 0, 'check');
  assert.equal(ran.code, checked.code, ran.stderr);
  assert.match(ran.errors.at(-1) ?? '', says, 'sync');
  assert(ran.result.files.failed < FILES / 2, `sync: ${ran.result.files.failed} files were tried in vain`);
  assert.deepEqual(await seen(job.target, false), {}, 'nothing is left there');
}
