import { SyncError } from '../base/errors.ts';
import { explainFile } from '../engine/commands/explain-file.ts';
import type { Context } from '../engine/context.ts';
import type { Result } from '../engine/result/result.ts';
import { writeLines } from './result-output.ts';
import { explanationLines } from './terminal/show-explanation.ts';
import type { Screen } from './terminal/watch.ts';

/** Runs `explain PATH`. Throws `usage` without a path. */
export function explain(path: string | undefined, screen: Screen | undefined): (context: Context) => Promise<Result> {
  if (!path) {
    throw new SyncError('explain: no file is named; write sync-task explain PATH, as it stands below the source', {
      kind: 'usage',
      reason: 'bad-argument',
    });
  }
  return async (context) => {
    const result = await explainFile(context, path);
    if (screen) await writeLines(explanationLines(result));
    return result;
  };
}
