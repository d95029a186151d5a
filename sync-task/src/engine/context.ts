/** What the commands work with. `cli/` opens it, and closes it in reverse. */

import type { Facts, Log } from '../base/log.ts';
import type { World } from '../base/world.ts';
import type { CommonSettings, Settings } from '../config/settings.ts';
import type { State } from '../state/state.ts';
import type { Storage } from '../storage/storage.ts';

export type { Facts, Log };

/** Enough for commands that only read the state. */
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

/** Hears how far the work is. Draws on a terminal, writes lines, or does nothing. */
export interface Progress {
  /** Where progress is lines of a log: how many settled files of each outcome are named. */
  readonly filesTold?: number;
  /** More work is known: files and bytes to do. */
  expect(files: number, bytes: number): void;
  /** Listed so far. */
  listed(files: number): void;
  /** Bytes written at the target. */
  bytes(count: number): void;
  /** One file is begun. Call the function returned when work on it ends. */
  begin?(path: string, size: number): () => void;
  /** One file is settled, with any outcome. */
  file(): void;
}
