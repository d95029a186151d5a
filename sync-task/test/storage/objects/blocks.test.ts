import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import { byteBudget } from '../../../src/storage/budget.ts';
import { blocks } from '../../../src/storage/objects/blocks.ts';

const BUDGET = 64 * 1024;

const plans = fc.record({
  blockBytes: fc.integer({ min: 1, max: 3000 }),
  leastBytes: fc.integer({ min: 1, max: 500 }),
  atOnce: fc.integer({ min: 1, max: 4 }),
  isKnown: fc.boolean(),
  segmentBytes: fc.option(fc.integer({ min: 1, max: 4000 }), { nil: undefined }),
  pieces: fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 30 }),
  /** Of the budget, held by somebody else meanwhile. */
  taken: fc.constantFrom(0, BUDGET - 4096),
});

test('blocks make up what was written, end at borders, and give all memory back', async (t) => {
  await fc.assert(
    fc.asyncProperty(plans, async ({ pieces, taken, isKnown, ...plan }) => {
      const content = Buffer.concat(pieces);
      const budget = byteBudget(BUDGET);
      await budget.take(taken);
      const sent: { offset: number; bytes: Buffer }[] = [];
      const filling = await blocks({
        ...plan,
        budget,
        expectedBytes: isKnown ? content.length : undefined,
        start: 0,
        async send({ offset, bytes }) {
          await setImmediate();
          sent.push({ offset, bytes: Buffer.from(bytes) });
        },
      });
      for (const piece of pieces) await filling.write([piece]);
      await filling.finish();
      await filling.close();
      sent.sort((a, b) => a.offset - b.offset);
      t.true(Buffer.concat(sent.map(({ bytes }) => bytes)).equals(content));
      t.is(filling.storedBytes, content.length);
      for (const { offset, bytes } of sent) {
        const { segmentBytes } = plan;
        if (segmentBytes === undefined || offset + bytes.length === content.length) continue;
        const straddles = Math.floor(offset / segmentBytes) !== Math.floor((offset + bytes.length - 1) / segmentBytes);
        if (straddles) t.is((offset + bytes.length) % segmentBytes, 0);
      }
      t.true(budget.tryTake(BUDGET - taken), 'all of it is free again');
    }),
  );
});

test('files of unknown size never wait for memory that others hold', async (t) => {
  const budget = byteBudget(100);
  await budget.take(100);
  const plan = { budget, blockBytes: 50, leastBytes: 10, atOnce: 2, segmentBytes: undefined, start: 0 };
  const sizes: number[] = [];
  const filling = await blocks({
    ...plan,
    expectedBytes: undefined,
    async send({ bytes }) {
      sizes.push(bytes.length);
    },
  });
  await filling.write([Buffer.alloc(35)]);
  await filling.finish();
  await filling.close();
  t.deepEqual(sizes, [10, 10, 10, 5]);
});

test('what could not be sent is told by the next write and by finish, and the memory comes back', async (t) => {
  const budget = byteBudget(100);
  const filling = await blocks({
    ...{ budget, blockBytes: 10, leastBytes: 10, atOnce: 2, segmentBytes: undefined, start: 0 },
    expectedBytes: 100,
    async send() {
      throw new Error('refused');
    },
  });
  await filling.write([Buffer.alloc(10)]);
  await t.throwsAsync(filling.finish(), { message: 'refused' });
  await t.throwsAsync(filling.write([Buffer.alloc(20)]), { message: 'refused' });
  await filling.close();
  t.true(budget.tryTake(100));
});
