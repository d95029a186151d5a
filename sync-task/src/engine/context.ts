/** What the commands work with: opened by the cli, closed by it in reverse. */

import type { Facts, Log } from '../base/log.ts';
import type { World } from '../base/world.ts';
import type { CommonSettings, Settings } from '../config/settings.ts';
import type { State } from '../state/state.ts';
import type { Storage } from '../storage/storage.ts';

export type { Facts, Log };

/** Enough to look at what is remembered. */
export interface StateContext {
  readonly settings: CommonSettings;
  readonly state: State;
}

export interface Context extends StateContext {
  readonly settings: Settings;
  readonly source: Storage;
  readonly target: Storage;
  readonly log: Log;
  readonly progress: Progress;
  readonly world: World;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Told as work goes on; draws on a terminal, writes lines, or does nothing. */
export interface Progress {
  /** Where lines are written: so many files of a kind are told of by name when they are settled, whatever became of them. */
  readonly filesTold?: number;
  /** More work is known: files and bytes to do. */
  expect(files: number, bytes: number): void;
  /** Listed so far. */
  listed(files: number): void;
  /** Bytes written at the target. */
  bytes(count: number): void;
  /** One file is begun; call the answer when nobody works on it any more. */
  begin?(path: string, size: number): () => void;
  /** One file is settled, whatever became of it. */
  file(): void;
}
