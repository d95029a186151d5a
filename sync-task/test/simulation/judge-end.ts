/** What must hold when faults are over and one more `sync` has run. */
import type { Result } from '../../src/sync/result.ts';
import { illegalSteps } from '../faults/kit/state-machine.ts';
import { made } from './chains.ts';
import type { Disk } from './disk.ts';
import type { Judge } from './judge.ts';
import type { TargetPlace } from './places.ts';
import type { Scenario } from './scenario.ts';
import type { SharedState } from './shared-state.ts';

export interface TheEnd {
  readonly judge: Judge;
  readonly scenario: Scenario;
  readonly state: SharedState;
  readonly source: Disk;
  readonly target: TargetPlace;
  readonly result: Result;
}

export async function judgeEnd({ judge, scenario, state, source, target, result }: TheEnd): Promise<void> {
  let untouched = true;
  // Another target forgets what was delivered, and no token of before counts: no event tells of that.
  const forgets = scenario.actors.some((actor) => 'patch' in actor && actor.patch.elsewhere);
  for (const [path, { data }] of source.entries) {
    const files = made(scenario.chain, path, data);
    if (files.some((file) => judge.isForeign(file.path))) {
      untouched = false;
      continue;
    }
    for (const file of files) {
      if (!target.holds(file.path)?.equals(file.bytes)) {
        judge.blame(
          'target-differs',
          `${file.path} is ${target.holds(file.path)?.toString('latin1')}, not ${file.bytes.toString('latin1')}`,
        );
      }
    }
  }
  // A probe of `check` that dies is nobody's to remove: it is empty, and nothing lists it.
  const left = target.stands().filter((name) => name.includes('.sync-task.') && !name.includes('.probe-'));
  // What died at a former target before the pipeline was pointed elsewhere stays there.
  if (left.length > 0 && !forgets) judge.blame('left-over', left.join(', '));
  const held = await state.query('SELECT path, owner FROM file WHERE owner IS NOT NULL');
  const mayBeRefused = scenario.existing === 'refuse' && !untouched;
  if (held.length > 0 && !mayBeRefused) judge.blame('lease-left', JSON.stringify(held));
  const { listed, planned: _planned, ...rest } = result.files;
  const sum = Object.values(rest).reduce((files, each) => files + each, 0);
  if (listed !== sum) judge.blame('counts', JSON.stringify(result.files));
  if (result.status !== 'done' && !mayBeRefused) judge.blame('not-done', JSON.stringify(result.errors));
  const [pipeline] = await state.query('SELECT id FROM pipeline');
  for (const { path } of await state.query('SELECT path FROM file')) {
    const faults = illegalSteps(await state.state.events(pipeline?.['id'], path)).filter(
      (fault) => !forgets || !fault.startsWith('claimed with token'),
    );
    if (faults.length > 0) judge.blame('illegal-events', `${path}: ${faults.join('; ')}`);
  }
}
