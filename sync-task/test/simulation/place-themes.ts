/** Themes about paths: one that always fails, and target paths that several files share. */
import type { Broken } from './broken-place.ts';
import { calmChances, syncs, type Theme, tasks } from './themes.ts';

/** One file or folder fails for ever, and workers die while they copy others. */
const alwaysFails: Theme = (scenario, { pick, below }) => {
  const operations = pick<Pick<Broken, 'role' | 'operations'>>([
    ...[
      { role: 'source' as const, operations: ['list'] as const },
      { role: 'source' as const, operations: ['read'] as const },
    ],
    ...(['stat', 'draft', 'publish', 'recover', 'recover'] as const).map((operation) => ({
      ...{ role: 'target' as const, operations: [operation] },
    })),
    { role: 'target', operations: ['stat', 'statDraft', 'recover'] },
  ]);
  return {
    ...scenario,
    sizes: [24 + below(17), 1 + below(17), 1 + below(17)],
    broken: { ...operations, path: 'f0', kind: pick(['permission', 'permanent', 'transient']) },
    actors: [
      pick([tasks(0, 1), syncs(0, 1)]),
      { kind: 'producer', startMs: below(300), edits: below(6) },
      syncs(20_000, 1),
    ],
    chances: { ...scenario.chances, ...calmChances, aim: 'creates|writes|sends part|publishes', aimed: 0.2, kills: 3 },
  };
};

/** A worker dies with two files half done. One can never be cleaned up, the other is gone from the source. */
const cleansTheRest: Theme = (scenario, { pick, below }) => ({
  ...scenario,
  place: pick(['folder', 'sftp']),
  chain: 'none',
  atOnce: 2,
  batchFiles: 3,
  sizes: [30, 24 + below(17), 24 + below(17)],
  broken: { role: 'target', operations: ['recover'], path: 'f0', kind: pick(['permission', 'permanent']) },
  actors: [syncs(0, 1), { kind: 'producer', startMs: 1000, edits: 10 }],
  chances: { ...scenario.chances, ...calmChances, aim: 'writes', aimed: 0.2, kills: 1, paceMs: 4, stick: 0 },
});

/** A side file, or a renamed file, has the path of another file. */
const collides: Theme = (scenario, { pick, below, fraction }) => {
  const chain = pick(['split', 'split', 'double'] as const);
  const other = chain === 'split' ? 'f0.capitals' : 'f0.x2';
  return {
    ...scenario,
    chain,
    names: fraction() < 0.5 ? ['f0', other] : [other, 'f0'],
    sizes: [4 + below(20), 4 + below(20)],
    actors: [
      syncs(0, 1, fraction() < 0.5 ? { chain: pick(['none', chain]) } : {}),
      { kind: 'producer', startMs: below(3000), edits: 1 + below(4) },
      syncs(20_000, 2),
    ],
    chances: { ...scenario.chances, ...calmChances, kills: below(2), aim: 'publishes|recordOutcomes', aimed: 0.3 },
  };
};

/** Another pipeline delivers to the same target. */
const twoPipelines: Theme = (scenario, { pick, below }) => ({
  ...scenario,
  chain: pick(['none', 'split', 'double']),
  sizes: [4 + below(20), 4 + below(20)],
  others: pick([['f0', 'g'], ['f0.capitals', 'f1.x2', 'g'], ['f1']]),
  existing: pick(['adopt', 'replace', 'replace']),
  actors: [
    syncs(0, 1),
    { kind: 'producer', startMs: below(3000), edits: below(3) },
    syncs(pick([20_000, 60_000]), 2, { second: true }),
    syncs(pick([40_000, 90_000]), 1, { force: true }),
  ],
  chances: { ...scenario.chances, ...calmChances, kills: below(2), aim: 'publishes|recordOutcomes', aimed: 0.3 },
});

export const placeThemes: readonly Theme[] = [alwaysFails, cleansTheRest, collides, twoPipelines];
