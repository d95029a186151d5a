import test from 'ava';
import fc from 'fast-check';
import { SyncError } from '../../../src/base/errors.ts';
import { decoderMemory } from '../../../src/transform/compression/decoder-memory.ts';

const MIB = 1024 ** 2;

test('a file waits until its share is free', async (t) => {
  const memory = decoderMemory(10 * MIB);
  const [first, second] = [memory.forFile(1), memory.forFile(1)];
  const giveBack = await first.take(8 * MIB, 'this');
  let taken = false;
  const waiting = second.take(4 * MIB, 'that').then(() => {
    taken = true;
  });
  await Promise.resolve();
  t.false(taken);
  giveBack();
  giveBack(); // once counts
  await waiting;
  await t.throwsAsync(() => memory.forFile(1).take(11 * MIB, 'the window'), {
    instanceOf: SyncError,
    message: /^the window needs 11 MiB of memory, --decoder-memory has 10 MiB; raise it/,
  });
});

test('what is small is not counted, and what a file leaves comes back', async (t) => {
  const memory = decoderMemory(2 * MIB);
  {
    using file = memory.forFile(1);
    await file.take(2 * MIB, 'all');
    await memory.forFile(1).take(MIB, 'little');
  }
  const file = memory.forFile(1);
  await file.take(2 * MIB, 'all again');
  const given = memory.forFile(1);
  const waiting = given.take(2 * MIB, 'more');
  given[Symbol.dispose]();
  await t.throwsAsync(waiting, { message: 'the file is given up' });
});

test('files that hold several shares end, whatever the others do', (t) =>
  t.notThrowsAsync(
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }), { maxLength: 12 }),
        fc.scheduler(),
        async (files, scheduler) => {
          const memory = decoderMemory(16 * MIB);
          let held = 0;
          const work = files.map(async (shares) => {
            using file = memory.forFile(shares.length);
            const back: (() => void)[] = [];
            for (const share of shares) {
              back.push(await file.take(share * MIB + 1, 'a share'));
              held += share * MIB + 1;
              t.true(held <= memory.limitBytes);
              await scheduler.schedule(Promise.resolve());
            }
            for (const share of shares) held -= share * MIB + 1;
            for (const giveBack of back) giveBack();
          });
          await scheduler.waitFor(Promise.all(work));
        },
      ),
    ),
  ));
