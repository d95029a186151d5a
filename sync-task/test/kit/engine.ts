/** The engine in this process: real storages and a real state, each of which a test may wrap to make it fail. */
import { existsSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import { realWorld, type World } from '../../src/base/world.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { Context } from '../../src/engine/context.ts';
import { openState } from '../../src/state/open.ts';
import type { State } from '../../src/state/state.ts';
import { fileStorage } from '../../src/storage/file/file-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { type Folders, newFolders } from './folders.ts';

export interface Engine extends Folders {
  readonly target: string;
  /** The messages of the log, all levels. */
  readonly told: string[];
  context(wrap?: Wrapped, flags?: Record<string, unknown>): Promise<Context>;
}

export interface Wrapped {
  readonly state?: (state: State) => State;
  readonly target?: (target: Storage) => Storage;
  readonly source?: (source: Storage) => Storage;
  readonly world?: Partial<World>;
}

export async function newEngine(t: ExecutionContext): Promise<Engine> {
  const folders = await newFolders(t);
  const url = `sqlite:${folders.source}.state.db`;
  const told: string[] = [];
  const say = (message: string) => void told.push(message);
  let opened: State | undefined;
  t.teardown(() => opened?.[Symbol.asyncDispose]());

  return {
    ...folders,
    told,
    async context(wrap = {}, flags = {}) {
      opened ??= await openState(url, undefined, 'test');
      const settings = loadSettings({
        environment: {},
        flags: {
          source: `file://${folders.source}`,
          target: `file://${folders.target}`,
          state: url,
          'min-age': '0s',
          fsync: false,
          ...flags,
        },
      });
      const [source, target] = await Promise.all(
        [folders.source, folders.target].map((root) => fileStorage({ root, label: `file://${root}` })),
      );
      if (!source || !target || !existsSync(folders.source)) throw new Error('no folders');
      return {
        settings,
        state: wrap.state?.(opened) ?? opened,
        source: wrap.source?.(source) ?? source,
        target: wrap.target?.(target) ?? target,
        log: { debug: say, info: say, warn: say, error: say },
        progress: { expect() {}, listed() {}, bytes() {}, file() {} },
        world: { ...realWorld, sleep: () => Promise.resolve(), ...wrap.world },
        signal: new AbortController().signal,
      };
    },
  };
}
