/** A job to be attacked: a feed, an undisturbed twin that tells what must come of it, and a reader who watches. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { type Environment, type Outcome, runCommand, type Started, startCommand } from '../../kit/job.ts';
import { type Feed, newFeed } from './feed.ts';
import { judge } from './judge.ts';
import { folderPlace, type Place } from './places.ts';
import { type Random, randomFrom, seed } from './random.ts';
import { digestTree, type Tree } from './tree.ts';
import { type Watcher, type WatchOptions, watch } from './watcher.ts';

export interface ScenarioOptions extends WatchOptions {
  readonly files?: number;
  readonly source?: (parent: string) => Promise<Place>;
  readonly target?: (parent: string) => Promise<Place>;
  /** Over everything else: a state in Postgres, fewer files at once. */
  readonly environment?: Environment;
  /** Words before the command. */
  readonly launcher?: readonly string[];
}

export interface Scenario {
  readonly random: Random;
  readonly feed: Feed;
  readonly target: string;
  readonly environment: Environment;
  readonly watcher: Watcher;
  expected: Tree;
  start(...args: readonly string[]): Started;
  run(...args: readonly string[]): Promise<Outcome>;
  /** Another day in the feed, and what must come of it. */
  nextDay(run: string): Promise<void>;
  /** The tree, what is left over, the events of every file, and what the reader saw. */
  judge(): Promise<void>;
}

/** Small leases, so that nobody waits long for the dead; the rest as users have it. */
const settings: Environment = {
  SYNC_TASK_PIPELINE: 'attacked',
  SYNC_TASK_LEASE: '1s',
  SYNC_TASK_CHECKPOINT_BYTES: '256KiB',
  SYNC_TASK_IDLE_TIMEOUT: '20s',
  SYNC_TASK_TRANSFORM: 'replace-whitespace@**/*.txt',
  SYNC_TASK_LOG_FORMAT: 'json',
};

export async function newScenario(t: ExecutionContext, options: ScenarioOptions = {}): Promise<Scenario> {
  const parent = await mkdtemp(join(tmpdir(), 'sync-task-faults-'));
  t.teardown(() => rm(parent, { recursive: true, force: true }));
  const random = randomFrom(seed, t.title);
  const source = await (options.source ?? ((at) => folderPlace(at, 'SOURCE')))(parent);
  const target = await (options.target ?? ((at) => folderPlace(at, 'TARGET')))(parent);
  const twin = join(parent, 'undisturbed');
  const feed = await newFeed(random, source.root, [target.root, twin], options.files);
  const environment = {
    ...settings,
    ...source.environment,
    ...target.environment,
    SYNC_TASK_STATE: `sqlite:${join(parent, 'state.db')}`,
    ...options.environment,
  };

  async function undisturbed(run: string): Promise<Tree> {
    const { code, stderr } = await runCommand(['sync', '--run', run], {
      ...settings,
      SYNC_TASK_SOURCE: `file://${source.root}`,
      SYNC_TASK_TARGET: `file://${twin}`,
      SYNC_TASK_STATE: `sqlite:${join(parent, 'undisturbed.db')}`,
    });
    if (code !== 0) throw new Error(`the undisturbed run ended with ${code}: ${stderr}`);
    return digestTree(twin);
  }

  const watcher = watch(target.root, await digestTree(target.root), options);
  t.teardown(() => watcher.stop());
  const scenario: Scenario = {
    random,
    feed,
    target: target.root,
    environment,
    watcher,
    expected: await undisturbed('first'),
    start: (...args) => startCommand(args, environment, { launcher: options.launcher ?? [] }),
    run: (...args) => startCommand(args, environment, { launcher: options.launcher ?? [] }).ended,
    async nextDay(run) {
      await feed.nextDay();
      scenario.expected = await undisturbed(run);
      watcher.expect(scenario.expected);
    },
    async judge() {
      await judge(t, scenario);
      t.deepEqual(await watcher.stop(), [], 'a reader saw whole old or whole new files alone');
      t.log(`seed ${seed}; the reader looked at ${watcher.looks} versions`);
    },
  };
  watcher.expect(scenario.expected);
  return scenario;
}
