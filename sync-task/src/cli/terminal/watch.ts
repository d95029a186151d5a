/** `status --watch`: follows a run of another process through the state. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StateContext } from '../../engine/context.ts';
import { runTables } from './show-status.ts';

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Lines can be redrawn. */
  readonly redraws: boolean;
  write(text: string): unknown;
}

const LOOK_EVERY_MS = 1000;

/** Follows a run until it ends. `look` opens the state each time, as it may not exist yet. */
export async function watchRun(
  look: <T>(work: (context: StateContext) => Promise<T>) => Promise<T>,
  run: string | undefined,
  screen: Screen | undefined,
  signal: AbortSignal,
): Promise<void> {
  let drawn = 0;
  let last = '';
  for (;;) {
    const found = await look((context) => {
      // Leave room for the head, gates and files that were left out.
      return runTables(context, run, (screen?.columns ?? 80) - 1, Math.max(3, (screen?.rows ?? 24) - 12));
    });
    const lines = found?.lines.slice(0, (screen?.rows ?? 24) - 1) ?? ['no run yet'];
    const text = lines.join('\n');
    if (screen?.redraws) {
      screen.write(`${drawn > 0 ? `\x1b[${drawn}A` : ''}\r\x1b[J${text}\n`);
      drawn = lines.length;
    } else if (text !== last) screen?.write(`${text}\n`);
    last = text;
    if (found?.ended) return;
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
