/** When failing files mean that a place is wrong as a whole. */
import test from 'ava';
import { SyncError } from '../../../src/base/errors.ts';
import type { Outcome } from '../../../src/base/model.ts';
import type { Context } from '../../../src/engine/context.ts';
import { endpointWatch } from '../../../src/engine/transfer/endpoint-watch.ts';
import type { OutcomeRow } from '../../../src/state/state.ts';

function watched(probe: () => Promise<unknown>) {
  let probes = 0;
  const context = {
    target: {
      async probe() {
        probes++;
        return probe();
      },
    },
    source: { async *list() {} },
    settings: { selection: { prefix: '' } },
    signal: new AbortController().signal,
  } as unknown as Context;
  return { watch: endpointWatch(context), probes: () => probes };
}

const row = (outcome: Outcome, reason: string): OutcomeRow =>
  ({ path: 'p', token: 1, outcome, kind: 'permission', reason, message: 'm', checkpoint: undefined }) as OutcomeRow;
const denied = row('failed', 'permission-denied');
const wrong = (kind: 'permission' | 'permanent' | 'transient') => async () => {
  throw new SyncError('target: no', { kind, reason: 'not-found' });
};

for (const [kind, ends] of [
  ['permission', 'permission'],
  ['permanent', 'usage'],
  ['transient', 'transient'],
] as const) {
  test(`twenty in a row and a target that fails with ${kind} end the run as ${ends}`, async (t) => {
    const { watch, probes } = watched(wrong(kind));
    for (let file = 1; file < 20; file++) await watch.settled(denied);
    t.is(watch.failure, undefined);
    t.is(probes(), 0);
    await watch.settled(denied);
    t.like(watch.failure, { kind: ends, reason: 'not-found' });
    t.regex(watch.failure?.message ?? '', /^target: no; no other file was begun/);
  });
}

test('files that fail where the places are well stop nothing, and are looked into ever more seldom', async (t) => {
  const { watch, probes } = watched(async () => undefined);
  for (let file = 0; file < 5000; file++) await watch.settled(denied);
  t.is(watch.failure, undefined);
  t.true(probes() > 1 && probes() < 6);
});

test('one that succeeds among them, or another reason, begins the count anew', async (t) => {
  const { watch, probes } = watched(wrong('permission'));
  for (let file = 0; file < 200; file++) await watch.settled(file % 19 === 0 ? row('copied', '') : denied);
  for (let file = 0; file < 200; file++) await watch.settled(row('failed', file % 2 ? 'one' : 'other'));
  t.is(probes(), 0);
});

test('a full disk is one without another look', async (t) => {
  const { watch, probes } = watched(async () => undefined);
  for (let file = 0; file < 20; file++) await watch.settled(row('failed', 'disk-full'));
  t.like(watch.failure, { kind: 'permission', reason: 'disk-full' });
  t.is(probes(), 0);
});

test('a rename that is refused is looked into with the first file', async (t) => {
  const { watch, probes } = watched(async () => {
    throw new SyncError('target: no rename', { kind: 'permission', reason: 'rename-refused' });
  });
  await watch.settled(row('failed', 'rename-refused'));
  t.like(watch.failure, { kind: 'permission', reason: 'rename-refused' });
  t.is(probes(), 1);
});

test('one folder where no file may be renamed is looked into ever more seldom', async (t) => {
  const { watch, probes } = watched(async () => undefined);
  for (let file = 0; file < 5000; file++) await watch.settled(row('failed', 'rename-refused'));
  t.is(watch.failure, undefined);
  t.true(probes() > 1 && probes() < 8);
});
