/** `explain` on a terminal. */

import { visible } from '../../base/visible.ts';
import type { Result } from '../../engine/result/result.ts';

const words: Readonly<Record<string, string>> = {
  copy: 'would be copied',
  unchanged: 'would not be copied again',
  deferred: 'would be left for a later run',
  excluded: 'is excluded',
  skipped: 'would be skipped',
  refused: 'would be refused',
  failed: 'would fail',
  'not-listed': 'is not in the source',
};

export function explanationLines({ explain = [], gates = [] }: Result): readonly string[] {
  const lines = explain.flatMap(({ path, decision, reason }) => [
    `${path}: ${words[decision] ?? decision}`,
    `  ${reason}`,
  ]);
  const gateLines = gates.map(({ gate, folder, verdict, what }) => {
    const where = folder === '' ? '' : ` (${folder})`;
    return `  gate ${gate}${where} ${verdict === 'refused' ? 'refuses the whole run' : verdict}: ${what}`;
  });
  return [...lines, ...gateLines].map(visible);
}
