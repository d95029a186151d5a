/** Every pair of storages with a bucket in it does the main job, a kill amid it included. docs/pairs.md has all of them. */
import test from 'ava';
import { pairPlaces, tryPair } from '../kit/pairs.ts';

const kinds = Object.keys(pairPlaces);
for (const from of kinds) {
  for (const to of kinds) {
    if (from !== 's3' && to !== 's3') continue;
    test.serial(`${from} to ${to}: a mixed tree, killed amid it, again, and changed`, async (t) => {
      t.timeout(170_000);
      const { files, faults } = await tryPair(from, to, { smallFiles: 200, largeBytes: 24 * 1024 * 1024 });
      t.deepEqual(faults, []);
      t.true(files > 200);
    });
  }
}
