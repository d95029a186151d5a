/** What must hold after the faults, once one more `sync` has run. */
import type { Result } from '../../src/engine/result/result.ts';
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
  readonly sources: readonly { readonly pipeline: string; readonly disk: Disk; readonly result: Result }[];
  readonly target: TargetPlace;
}

/** Whether several source files may want one target path. All but one of them are refused then. */
export const refusesNames = ({ names, others }: Scenario) => names !== undefined || others !== undefined;

export async function judgeEnd({ judge, scenario, state, sources, target }: TheEnd): Promise<void> {
  let untouched = true;
  // A new target has no deliveries, and earlier tokens no longer count. No event records this.
  const forgets = scenario.actors.some((actor) => 'patch' in actor && actor.patch.elsewhere);
  const all = sources.flatMap(({ disk, result }) => {
    // Of two files with the same target path one is refused by name; both are, when each stands in the way of a part of the other.
    const refused = new Set(refusesNames(scenario) ? result.errors.map(({ path }) => path) : []);
    return [...disk.entries].map(([path, { data }]) => ({
      isRefused: refused.has(path),
      files: made(scenario.chain, path, data),
    }));
  });
  for (const { isRefused, files } of all) {
    if (isRefused || files.some(({ path }) => judge.isForeign(path))) {
      untouched = false;
      continue;
    }
    for (const each of files) {
      if (!target.holds(each.path)?.equals(each.bytes)) {
        judge.blame(
          'target-differs',
          `${each.path} is ${target.holds(each.path)?.toString('latin1')}, not ${each.bytes.toString('latin1')}`,
        );
      }
    }
  }
  // Nobody removes the probe of a `check` that died: it is empty, and no listing shows it.
  // Nor is an upload that a dead worker began and did not record, where its file's name at the target changed with the transforms.
  const chains = [
    scenario.chain,
    ...scenario.actors.flatMap((actor) => ('patch' in actor ? (actor.patch.chain ?? []) : [])),
  ];
  const namesChange = new Set(chains.map((chain) => made(chain, 'f', Buffer.alloc(0))[0]?.path)).size > 1;
  const left = target
    .stands()
    .filter(
      (name) =>
        name.includes('.sync-task.') && !name.includes('.probe-') && !(namesChange && name.includes('.upload ')),
    );
  // Left-overs at a former target stay there once the pipeline has another target.
  if (left.length > 0 && !forgets) judge.blame('left-over', left.join(', '));
  const held = await state.query('SELECT path, owner FROM file WHERE owner IS NOT NULL');
  const mayBeRefused = (scenario.existing === 'refuse' || refusesNames(scenario)) && !untouched;
  if (held.length > 0 && !mayBeRefused) judge.blame('lease-left', JSON.stringify(held));
  for (const { result } of sources) {
    const { listed, planned: _planned, ...rest } = result.files;
    const sum = Object.values(rest).reduce((files, each) => files + each, 0);
    if (listed !== sum) judge.blame('counts', JSON.stringify(result.files));
    if (result.status !== 'done' && !mayBeRefused) judge.blame('not-done', JSON.stringify(result.errors));
  }
  for (const { pipeline_id: pipeline, path } of await state.query('SELECT pipeline_id, path FROM file')) {
    const faults = illegalSteps(await state.state.events(pipeline, path)).filter(
      (fault) => !forgets || !fault.startsWith('claimed with token'),
    );
    if (faults.length > 0) judge.blame('illegal-events', `${path}: ${faults.join('; ')}`);
  }
}
