/** Writes the JSON result to stdout, and to the file that SYNC_TASK_RESULT names: whole or not at all. */
import { renameSync, writeFileSync } from 'node:fs';
import { SyncError } from '../base/errors.ts';
import { visibleJson } from '../base/visible.ts';
import type { Result } from '../engine/result/result.ts';
import { isClosedPipe } from './terminal/closed-output.ts';

/** Throws `usage` if it cannot be written. A reader of stdout that went away is no error. */
export async function writeResult(result: Result, file: string | undefined): Promise<void> {
  const json = `${visibleJson(JSON.stringify(result))}\n`;
  if (file) {
    try {
      const temp = `${file}.${process.pid}.tmp`;
      writeFileSync(temp, json);
      renameSync(temp, file);
    } catch (error) {
      throw new SyncError(
        `SYNC_TASK_RESULT: ${file} cannot be written (${(error as NodeJS.ErrnoException).code}); check the folder`,
        {
          kind: 'usage',
          reason: 'result-unwritable',
          cause: error,
        },
      );
    }
  }
  // A pipe takes the text in pieces: wait for the last one, or the process may exit before it.
  const shown = process.stdout.isTTY ? `${visibleJson(JSON.stringify(result, null, 2))}\n` : json;
  const error = await new Promise<unknown>((resolve) => process.stdout.write(shown, resolve));
  if (!error || isClosedPipe(error)) return;
  throw new SyncError(
    `the result cannot be written to stdout (${(error as NodeJS.ErrnoException).code}); check where it is redirected to, or set SYNC_TASK_RESULT`,
    { kind: 'usage', reason: 'result-unwritable', cause: error },
  );
}

/** Writes lines for people. A reader that went away is no error. */
export async function writeLines(lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  await new Promise<unknown>((resolve) => process.stdout.write(`${lines.join('\n')}\n`, resolve));
}

/** The result in one line for people. */
export function summarise({ command, run, files, status, durationMs, verified }: Result): string {
  const parts = (['planned', 'copied', 'adopted', 'unchanged', 'deferred', 'refused', 'failed'] as const)
    .filter((what) => files[what] > 0)
    .map((what) => `${files[what]} ${what}`);
  if (verified) return `verify: ${status} in ${(durationMs / 1000).toFixed(1)} s: ${foundWords(verified)}`;
  const what = parts.length > 0 ? parts.join(', ') : 'nothing to do';
  return `${command}${run === '' ? '' : ` ${run}`}: ${status} in ${(durationMs / 1000).toFixed(1)} s: ${what}`;
}

function foundWords({ checked, found, repaired }: NonNullable<Result['verified']>): string {
  const parts = Object.entries(found).flatMap(([finding, files]) => (files > 0 ? [`${files} ${finding}`] : []));
  if (repaired > 0) parts.push(`${repaired} copied again`);
  return `${checked} files: ${parts.join(', ') || 'nothing to look at'}`;
}
