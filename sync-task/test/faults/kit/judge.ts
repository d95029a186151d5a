/** The verdict after an attack, the same for all: the tree, what was left over, and the events of every file. */
import type { ExecutionContext } from 'ava';
import { openState } from '../../../src/state/open.ts';
import type { EventRecord, State } from '../../../src/state/state.ts';
import type { Environment } from '../../kit/folders.ts';
import { illegalSteps } from './state-machine.ts';
import { digestTree, leftOvers, type Tree } from './tree.ts';

export interface Verdict {
  readonly target: string;
  readonly expected: Tree;
  readonly environment: Environment;
}

export async function withState<T>(
  environment: Environment,
  look: (state: State, pipelineId: number) => Promise<T>,
): Promise<T> {
  const { SYNC_TASK_STATE: url = '', SYNC_TASK_STATE_PASSWORD: password, SYNC_TASK_PIPELINE: name = '' } = environment;
  await using state = await openState(url, password, 'test');
  return await look(state, (await state.pipeline(name)).id);
}

/** Path → events, oldest first. */
export function eventsOf(
  environment: Environment,
  paths: Iterable<string>,
): Promise<ReadonlyMap<string, readonly EventRecord[]>> {
  return withState(environment, async (state, id) => {
    const events = new Map<string, readonly EventRecord[]>();
    for (const path of paths) events.set(path, await state.events(id, path));
    return events;
  });
}

/** Fails the test where the tree is not that of an undisturbed run, anything is left over, or a file took an illegal path. */
export async function judge(t: ExecutionContext, { target, expected, environment }: Verdict): Promise<void> {
  const found = await digestTree(target);
  t.deepEqual(leftOvers(found), [], 'nothing is left over');
  t.deepEqual(differences(found, expected), [], 'the tree of an undisturbed run');
  const illegal: string[] = [];
  for (const [path, events] of await eventsOf(environment, expected.keys())) {
    illegal.push(...illegalSteps(events).map((step) => `${path}: ${step} in ${events.map(short).join(' ')}`));
  }
  t.deepEqual(illegal, [], 'every file took a legal path');
  const abandoned = await withState(environment, (state, id) => state.countAbandoned(id, 10));
  t.is(abandoned, 0, 'no claim is left behind');
}

function differences(found: Tree, expected: Tree): readonly string[] {
  return [...new Set([...found.keys(), ...expected.keys()])].flatMap((path) => {
    if (found.get(path) === expected.get(path)) return [];
    return `${path}: ${found.has(path) ? (expected.has(path) ? 'another content' : 'is too much') : 'is missing'}`;
  });
}

function short({ event, token }: EventRecord): string {
  return `${event}:${token}`;
}
