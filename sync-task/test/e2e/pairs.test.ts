/**
 * Storages do the main job with one another, a kill and cut lines included. Each stands once on either side here, and copies once
 * within one service; docs/pairs.md has every pair, with larger trees.
 */
import test from 'ava';
import { pairKinds, pairServices } from '../kit/pair-places.ts';
import { tryPair } from '../kit/pairs.ts';

const services = pairServices();
test.after.always(() => services[Symbol.asyncDispose]());

const around = pairKinds.map(
  (from, index) => [from, pairKinds[(index + 2) % pairKinds.length] as string, false] as const,
);
const within = pairKinds.filter((kind) => kind === 'sftp' || kind === 's3').map((kind) => [kind, kind, true] as const);

for (const [from, to, isWithin] of [...around, ...within]) {
  const title = isWithin ? `within one ${from} service` : `${from} to ${to}`;
  test.serial(`${title}: a mixed tree, killed amid it, again, and over lines that break`, async (t) => {
    t.timeout(170_000);
    const { files, faults } = await tryPair(services, from, to, {
      ...{ smallFiles: 150, largeBytes: 16 * 1024 * 1024, within: isWithin },
    });
    t.deepEqual(faults, []);
    t.true(files > 150);
  });
}

if (pairKinds.length < 5) {
  test('not every server is there: pairs with the others were NOT tried', (t) => {
    t.log(`only ${pairKinds.join(', ')}; run scripts/test-servers.sh (needs Go)`);
    t.pass();
  });
}
