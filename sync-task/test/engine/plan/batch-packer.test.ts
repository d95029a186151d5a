import test from 'ava';
import fc from 'fast-check';
import { batchPacker } from '../../../src/engine/plan/batch-packer.ts';

const limits = { files: 3, bytes: 100, maxBatches: 200 };

function pack(sizes: readonly number[], bounds = limits) {
  const packer = batchPacker(bounds);
  for (const size of sizes) packer.add(size);
  return packer.batches();
}

test('a batch is full at its files', (t) => {
  t.deepEqual(
    pack([1, 1, 1, 1]).map(({ files }) => files),
    [3, 1],
  );
});

test('a batch is full at its bytes', (t) => {
  t.deepEqual(
    pack([60, 40, 1]).map(({ bytes }) => bytes),
    [100, 1],
  );
});

test('a file larger than a batch is alone in one', (t) => {
  t.deepEqual(
    pack([10, 5000, 10]).map(({ bytes }) => bytes),
    [10, 5000, 10],
  );
});

test('nothing to do is no batch', (t) => {
  t.deepEqual(pack([]), []);
});

test('any files: numbered without a gap, no more batches than allowed, nothing lost', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 300 }), { maxLength: 500 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 10 }),
      (sizes, files, bytes, maxBatches) => {
        const batches = pack(sizes, { files, bytes, maxBatches });
        let entry = 1;
        for (const [index, batch] of batches.entries()) {
          if (batch.number !== index + 1 || batch.firstEntry !== entry) return false;
          const inside = sizes.slice(batch.firstEntry - 1, batch.lastEntry);
          if (inside.length !== batch.files || inside.length === 0) return false;
          if (inside.reduce((sum, size) => sum + size, 0) !== batch.bytes) return false;
          entry = batch.lastEntry + 1;
        }
        return batches.length <= maxBatches && entry === sizes.length + 1;
      },
    ),
  );
  t.pass();
});
