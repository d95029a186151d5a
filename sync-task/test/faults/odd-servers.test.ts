/**
 * Old, odd and hostile servers: what a run says of each, what it leaves at the target meanwhile, and that the same command
 * mends everything once the server behaves again.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Environment } from '../kit/folders.ts';
import type { Faults, SftpServer } from '../kit/sftp-server/options.ts';
import { hostilePlace } from './kit/places.ts';
import { newScenario } from './kit/scenario.ts';
import { digestTree, leftOvers } from './kit/tree.ts';

interface Oddity {
  readonly source?: Faults;
  readonly target?: Faults;
  readonly environment?: Environment;
  /** Of the first command; 0 where left out: the oddity costs nothing. */
  readonly code?: number;
  /** What its errors say. */
  readonly says?: RegExp;
}

const always = { count: 1, times: 1_000_000 };
const oddities: Readonly<Record<string, Oddity>> = {
  'short reads': { source: { shortReads: 999 } },
  'answers out of order': { source: { outOfOrder: true }, target: { outOfOrder: true } },
  'answers that drip': { source: { dripBytes: 500 }, target: { dripBytes: 3 } },
  'no extension at all': { source: { noExtensions: true }, target: { noExtensions: true } },
  'packets of 34,000 bytes': { source: { maxPacketBytes: 34_000 }, target: { maxPacketBytes: 34_000 } },
  'one session on one connection': {
    source: { maxSessions: 1, maxConnections: 1 },
    target: { maxSessions: 1, maxConnections: 1 },
  },
  'one open file at a time, nothing said about it': {
    source: { maxOpenFiles: 1, withoutLimits: true },
    target: { maxOpenFiles: 1, withoutLimits: true },
  },
  'five open files at a time, nothing said about it': {
    source: { maxOpenFiles: 5, withoutLimits: true },
    target: { maxOpenFiles: 5, noExtensions: true },
  },
  'times are refused': { target: { refuseSetstat: true } },
  'times are ignored': { target: { ignoreSetstat: true } },
  'a rename that overwrites': { target: { withoutPosixRename: true, renameOverwrites: true } },
  'every rename is refused': {
    target: { withoutPosixRename: true, failAtRequest: { type: 'RENAME', ...always } },
    code: 65,
    says: /cannot publish ".*": the server says "Failure"/,
  },
  'posix-rename is announced and refused': {
    target: { failAtRequest: { type: 'posix-rename@openssh.com', ...always, status: 3 } },
    code: 77,
    says: /cannot publish ".*": the file was written and may not be renamed \(the server says "Permission denied"\); .* --publish in-place/,
  },
  'fsync is announced and fails': {
    target: { failAtRequest: { type: 'fsync@openssh.com', ...always } },
    code: 65,
    says: /cannot write ".*": the server says "Failure"/,
  },
  'the target tells a size too small': {
    target: { wrongSizeInStat: -1 },
    environment: { SYNC_TASK_ATTEMPTS: '1' },
    code: 75,
    says: /was not stored as written/,
  },
  'the target tells a size too large': {
    target: { wrongSizeInStat: 1 },
    environment: { SYNC_TASK_ATTEMPTS: '1' },
    code: 75,
    says: /was not stored as written/,
  },
  'the target changes a byte, --verify read-back': {
    target: { corruptByteAt: 0 },
    environment: { SYNC_TASK_VERIFY: 'read-back', SYNC_TASK_ATTEMPTS: '1' },
    code: 75,
    says: /reads back other bytes than were written; nothing was published/,
  },
  'the disk fills up': {
    target: { diskFullAfterBytes: 1_000_000 },
    code: 65,
    says: /the disk or quota is full; free space there, then run again/,
  },
};

function withoutFaults(faults: Faults): void {
  for (const name of Object.keys(faults) as (keyof Faults)[]) faults[name] = undefined;
}

for (const [what, { source, target, environment, code = 0, says }] of Object.entries(oddities)) {
  test(what, async (t) => {
    const servers: SftpServer[] = [];
    const place = (role: 'SOURCE' | 'TARGET', faults: Faults | undefined) => async (parent: string) => {
      const started = await hostilePlace(t, parent, role, { faults: { ...faults } });
      servers.push(started.server);
      return started;
    };
    const scenario = await newScenario(t, {
      files: 24,
      mayBeAway: target?.withoutPosixRename === true || target?.noExtensions === true,
      source: place('SOURCE', source),
      target: place('TARGET', target),
      environment: { SYNC_TASK_EXISTING: 'replace', ...environment },
    });
    const first = await scenario.run('sync', '--run', 'r');
    t.is(first.code, code, first.stderr);
    if (says) {
      t.regex(first.errors.join('\n'), says);
      t.deepEqual(leftOvers(await digestTree(scenario.target)), [], 'nothing is left over meanwhile');
      for (const { faults } of servers) withoutFaults(faults);
      const mended = await scenario.run('sync', '--run', 'r');
      t.is(mended.code, 0, mended.stderr);
    }
    await scenario.judge();
  });
}

test('a listing that changes while it is read: what stood all along is copied, and nothing fails', async (t) => {
  let root = '';
  let calls = 0;
  const scenario = await newScenario(t, {
    files: 24,
    async source(parent) {
      const place = await hostilePlace(t, parent, 'SOURCE', {
        onRequest(request) {
          if (request !== 'READDIR' || root === '') return;
          // One comes, and the one before goes: each may or may not be seen.
          writeFileSync(join(root, `passing${++calls}`), 'x');
          rmSync(join(root, `passing${calls - 1}`), { force: true });
        },
      });
      root = place.root;
      return place;
    },
  });
  const { code, stderr, result } = await scenario.run('sync', '--run', 'r');
  t.is(code, 0, stderr);
  t.true(calls > 3);
  t.is(result.files.failed, 0);
  // The last one stays; the others came and went.
  for (let number = 0; number < calls; number++) rmSync(join(scenario.target, `passing${number}`), { force: true });
  for (let number = 0; number <= calls; number++) rmSync(join(root, `passing${number}`), { force: true });
  rmSync(join(scenario.target, `passing${calls}`), { force: true });
  await scenario.judge();
});

test('names in latin-1 are refused by name, the others are copied', async (t) => {
  let root = '';
  const scenario = await newScenario(t, {
    files: 6,
    async source(parent) {
      const place = await hostilePlace(t, parent, 'SOURCE');
      root = place.root;
      return place;
    },
  });
  writeFileSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]), 'x');
  const { code, result } = await scenario.run('sync', '--run', 'r');
  t.is(code, 65);
  t.deepEqual(
    result.errors.map(({ path, reason }) => [path, reason]),
    [['./caf\\xe9', 'refused-name']],
  );
  await scenario.judge();
});
