/**
 * Storages do the main job with one another, a kill and cut lines included. Each stands once on either side here, and copies once
 * within one service; docs/pairs.md has every pair, with larger trees.
 */
import test from 'ava';
import { needs } from '../kit/needs.ts';
import { type Kind, pairKinds, pairServices } from '../kit/pair-places.ts';
import { tryPair } from '../kit/pairs.ts';

const services = pairServices();
test.after.always(() => services[Symbol.asyncDispose]());

const kinds = Object.keys(pairKinds) as Kind[];
const around = kinds.map((from, index) => [from, kinds[(index + 2) % kinds.length] as Kind, false] as const);
const within = (['sftp', 's3'] as const).map((kind) => [kind, kind, true] as const);

for (const [from, to, isWithin] of [...around, ...within]) {
  const title = isWithin ? `within one ${from} service` : `${from} to ${to}`;
  needs(...pairKinds[from], ...pairKinds[to]).serial(
    `${title}: a mixed tree, killed amid it, again, and over lines that break`,
    async (t) => {
      t.timeout(170_000);
      const { files, faults } = await tryPair(services, from, to, {
        ...{ smallFiles: 60, largeBytes: 11 * 1024 * 1024, within: isWithin },
      });
      t.deepEqual(faults, []);
      t.true(files > 60);
    },
  );
}
