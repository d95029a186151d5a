/**
 * A worker stopped amid a large file; its successor goes on with its draft, which is the very same file there, and publishes
 * it. Then the source is rewritten in place, and the sleeper wakes, with its handle on what is published now.
 */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { newFolders, put, runCommand, startCommand, until } from '../kit/job.ts';
import { needs } from '../kit/needs.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import { folderPlace, opensshPlace, type Place } from './kit/places.ts';
import { numberFrom, randomFrom, seed } from './kit/random.ts';

const MiB = 1024 * 1024;
const SIZE = 12 * MiB;
const rounds = numberFrom('SYNC_TASK_SLEEPER_ROUNDS', 4);
const places: Readonly<Record<string, (t: ExecutionContext, parent: string) => Promise<Place>>> = {
  'a folder': (_, parent) => folderPlace(parent, 'TARGET'),
  OpenSSH: (t) => opensshPlace(t, 'TARGET'),
};

let postgres: Postgres;
test.before(async () => {
  postgres = await startPostgres();
});
test.after.always(() => postgres?.stop());

/** Bytes of the draft that is being written. */
async function draftBytes(root: string): Promise<number> {
  const names = await readdir(root).catch(() => []);
  const draft = names.find((name) => name.startsWith('.sync-task.'));
  return draft === undefined
    ? 0
    : stat(join(root, draft)).then(
        ({ size }) => size,
        () => 0,
      );
}

async function rewriteInPlace(path: string, letter: string): Promise<void> {
  await using file = await open(path, 'r+');
  await file.write(Buffer.alloc(SIZE, letter));
}

for (const [what, placeOf] of Object.entries(places)) {
  for (let round = 1; round <= rounds; round++) {
    (what === 'OpenSSH' ? needs('OpenSSH') : test).serial(
      `${what}, round ${round}: what a sleeper's successor has published stays one whole version`,
      async (t) => {
        const folders = await newFolders(t);
        const place = await placeOf(t, join(folders.target, '..'));
        const run = `sleeper-${what.replace(' ', '-')}-${round}`;
        const environment = {
          ...folders.environment,
          ...place.environment,
          SYNC_TASK_STATE: postgres.url,
          SYNC_TASK_STATE_PASSWORD: postgres.password,
          SYNC_TASK_PIPELINE: run,
          SYNC_TASK_LEASE: '1s',
          SYNC_TASK_CHECKPOINT_BYTES: '1MiB',
        };
        const source = join(folders.source, 'file');
        await put(folders.source, 'file', Buffer.alloc(SIZE, '1'));
        const planned = await runCommand(['plan', '--run', run], environment);
        t.is(planned.code, 0, planned.stderr);
        const asleepAt = Math.floor((0.1 + 0.85 * randomFrom(seed, t.title).fraction()) * SIZE);
        const worker = ['run', '--run', run, '--batch', '1'];
        const sleeper = startCommand([...worker, '--bwlimit', '8M'], environment);
        t.teardown(() => sleeper.child.kill('SIGKILL'));
        await until(async () => (await draftBytes(place.root)) >= asleepAt || sleeper.child.exitCode !== null);
        sleeper.child.kill('SIGSTOP');
        t.is(sleeper.child.exitCode, null, 'it was done before it fell asleep');
        const successor = await runCommand(worker, environment);
        t.is(successor.code, 0, successor.stderr);
        const published = () => readFile(join(place.root, 'file'));
        t.true((await published()).equals(Buffer.alloc(SIZE, '1')));
        await rewriteInPlace(source, '2');
        sleeper.child.kill('SIGCONT');
        const { code, stderr } = await sleeper.ended;
        t.true(code === 0 || code === 75, stderr);
        const found = await published();
        t.true(
          found.equals(Buffer.alloc(SIZE, '1')),
          `${found.filter((byte) => byte === 0x32).length} bytes are of another version`,
        );
        const after = await runCommand(['finish', '--run', run], environment);
        t.is(after.code, 0, after.stderr);
        t.deepEqual(await readdir(place.root), ['file']);
        t.log(
          `seed ${seed}: asleep at ${asleepAt} bytes, ended with ${code}; ${/resuming at \d+/.exec(successor.stderr)?.[0] ?? 'from the beginning'}`,
        );
      },
    );
  }
}
