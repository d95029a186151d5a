/** `check`: what it says of the two places, and what it tidies up. */
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import type { CapabilityRow } from '../../src/engine/capability-table.ts';
import type { Result } from '../../src/engine/result/result.ts';
import { resultSchema } from '../../src/engine/result/result-schema.ts';
import { serverFeatures } from '../../src/storage/sftp/files/features.ts';
import { hostilePlace } from '../faults/kit/places.ts';
import { newFolders, put, runCommand, startCommand, treeOf, until } from '../kit/job.ts';
import type { Faults } from '../kit/sftp-server/options.ts';

function rowsOf({ capabilities }: Result, role: 'source' | 'target'): Readonly<Record<string, CapabilityRow>> {
  const { features } = capabilities[role] as { readonly features: readonly CapabilityRow[] };
  return Object.fromEntries(features.map((row) => [row.name, row]));
}

const servers: readonly (readonly [string, Faults, Readonly<Record<string, string>>])[] = [
  [
    'with everything',
    { checkFile: 'plain' },
    {
      'atomic replace': 'yes',
      fsync: 'yes',
      'modification times': 'yes',
      'free space': 'yes',
      'hashes files itself': 'yes',
      'tells its clock': 'yes',
      limits: 'yes',
      'publishes new files only': 'yes',
      'tells size, time and type': 'yes',
      'requests in order': 'yes',
      statvfs: 'yes',
      'copy-data': 'no',
      'modern algorithms': 'yes',
      'tells upper from lower case': 'yes',
      'keeps Unicode forms': 'unknown',
    },
  ],
  [
    'with nothing',
    { noExtensions: true, refuseSetstat: true },
    {
      'atomic replace': 'no',
      fsync: 'no',
      'modification times': 'no',
      'free space': 'no',
      'hashes files itself': 'no',
      'tells its clock': 'yes',
      limits: 'no',
      'publishes new files only': 'yes',
      'tells size, time and type': 'yes',
      'requests in order': 'unknown',
      statvfs: 'no',
      'copy-data': 'no',
      'modern algorithms': 'yes',
      'tells upper from lower case': 'yes',
      'keeps Unicode forms': 'unknown',
    },
  ],
];

for (const [what, faults, expected] of servers) {
  test(`a server ${what}: the table says so, and what each missing capability costs`, async (t) => {
    const folders = await newFolders(t);
    const { environment } = await hostilePlace(t, `${folders.target}-sftp`, 'TARGET', { faults });
    const args = ['check', '--log-format', 'pretty'];
    const { code, result, stderr } = await runCommand(args, { ...folders.environment, ...environment });
    t.is(code, 0, stderr);
    t.notThrows(() => resultSchema.parse(result));
    const rows = rowsOf(result, 'target');
    t.deepEqual(Object.fromEntries(Object.values(rows).map(({ name, offered }) => [name, offered])), expected);
    for (const { name, offered, cost, warn } of Object.values(rows)) {
      t.is(cost === undefined, offered === 'yes', name);
      t.regex(stderr, new RegExp(`${warn ? 'warn' : 'info'}  *target  ${name} +${offered}`), name);
    }
    t.is(rows['atomic replace']?.warn, expected['atomic replace'] === 'no' ? true : undefined);
    t.deepEqual(Object.keys(rowsOf(result, 'source')), ['hashes files itself', 'tells its clock']);
    t.deepEqual(await treeOf(folders.target), {}, 'the probe is gone');
  });
}

const settled = [
  { algorithms: ['curve25519-sha256@libssh.org', 'ssh-ed25519', 'aes128-gcm@openssh.com'], offered: true },
  { algorithms: ['ecdh-sha2-nistp256', 'rsa-sha2-512', 'aes128-ctr', 'hmac-sha2-256-etm@openssh.com'], offered: true },
  { algorithms: ['diffie-hellman-group14-sha1', 'ssh-rsa', 'aes256-ctr', 'hmac-sha2-256'], offered: false },
  { algorithms: ['diffie-hellman-group14-sha256', 'rsa-sha2-256', '3des-cbc', 'hmac-sha1'], offered: false },
  { algorithms: ['curve25519-sha256', 'ssh-ed25519', 'aes128-ctr', 'hmac-sha1-etm@openssh.com'], offered: false },
];

for (const { algorithms, offered } of settled) {
  test(`algorithms ${algorithms.join(', ')}: modern is ${offered}`, (t) => {
    const limits = { maxReadBytes: 32_768, maxOpenHandles: undefined };
    const tellers = { type: undefined, size: undefined, time: undefined };
    const facts = { extensions: new Map(), algorithms, keepsOrder: true, tellers, ...limits };
    t.is(serverFeatures(facts).find(({ name }) => name === 'modern algorithms')?.offered, offered);
  });
}

test('what a dead worker left is removed once its run is over, and kept as long as a run may go on there', async (t) => {
  const folders = await newFolders(t);
  await put(folders.source, 'large.bin', Buffer.alloc(20_000_000, 'x'));
  const slow = await hostilePlace(t, `${folders.target}-sftp`, 'TARGET', { faults: { delayMs: 20 } });
  const environment = { ...folders.environment, ...slow.environment, SYNC_TASK_LEASE: '1s' };
  const drafts = async () => Object.keys(await treeOf(slow.root)).filter((path) => path.includes('.sync-task.'));
  const check = async (more: Readonly<Record<string, string>> = {}) => {
    const { code, result, stderr } = await runCommand(['check'], { ...environment, ...more });
    t.is(code, 0, stderr);
    t.true(resultSchema.safeParse(result).success);
    return { swept: result.swept, stderr };
  };
  await runCommand(['plan', '--run', 'r'], environment);
  const { child, ended } = startCommand(['run', '--run', 'r', '--batch', '1'], environment);
  await until(async () => (await drafts()).length === 1);
  child.kill('SIGKILL');
  await ended;
  const open = await check();
  t.is(open.swept, 0);
  t.regex(open.stderr, /1 file was left half-done/);
  t.is((await drafts()).length, 1);

  // As if finish had ended the run while that lease lived.
  const state = new DatabaseSync(folders.state);
  state.exec("UPDATE run SET finished_ms = 1, status = 'partial'");
  state.close();
  t.is(
    (
      await check({
        SYNC_TASK_TARGET: folders.environment['SYNC_TASK_TARGET'] as string,
        SYNC_TASK_NEW_TARGET: 'true',
      })
    ).swept,
    0,
    'another target',
  );
  t.is((await check({ SYNC_TASK_TRANSFORM: 'newline' })).swept, 1, 'whatever the transforms are now');
  t.deepEqual(await drafts(), []);
  t.is((await check()).swept, 0);
});
