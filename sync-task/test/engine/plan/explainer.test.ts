/** Why files were chosen or left out is said although the plan fails. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { ListedEntry } from '../../../src/base/model.ts';
import { realWorld } from '../../../src/base/world.ts';
import { loadSettings } from '../../../src/config/load.ts';
import { plan } from '../../../src/engine/plan/plan.ts';
import { openState } from '../../../src/state/open.ts';
import { memoryStorage } from '../../../src/storage/memory/memory-storage.ts';
import { silentLog } from '../../kit/sftp-storage.ts';

test('what is known of a listing that breaks off is said', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const locations = { source: 'file:///from', target: 'file:///to', state: `sqlite://${folder}/state.db` };
  const settings = loadSettings({ flags: { ...locations, 'dry-run': true, exclude: ['*.tmp'] }, environment: {} });
  await using state = await openState(settings.state, undefined, 'test');
  await using target = memoryStorage({ files: new Map(), drafts: new Map() }, 'target');
  const source = {
    ...target,
    async *list(): AsyncGenerator<readonly ListedEntry[]> {
      yield [{ path: 'a.tmp', kind: 'file', size: 1, mtimeMs: 0 }];
      throw new Error('the line broke');
    },
  };
  const said: (string | readonly string[])[] = [];
  const log = { ...silentLog, info: (message: string | readonly string[]) => void said.push(message) };
  const progress = { expect() {}, listed() {}, bytes() {}, file() {} };
  const { signal } = new AbortController();
  const context = { settings, state, source, target, log, progress, world: realWorld, signal };
  await t.throwsAsync(plan(context, 'r'), { message: 'the line broke' });
  t.regex(said.flat().join('\n'), /^excluded: a\.tmp \(/);
});
