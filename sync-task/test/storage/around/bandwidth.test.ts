import test from 'ava';
import { parseBandwidth } from '../../../src/config/parse/parse-bandwidth.ts';
import { bandwidth, limitReading } from '../../../src/storage/around/bandwidth.ts';
import type { Storage } from '../../../src/storage/storage.ts';

/** A clock that runs only while somebody sleeps. */
function clockAt(time: string) {
  let nowMs = new Date(`2026-03-01T${time}:00`).getTime();
  const startMs = nowMs;
  return {
    now: () => new Date(nowMs),
    async sleep(ms: number) {
      nowMs += ms;
    },
    passedSeconds: () => (nowMs - startMs) / 1000,
  };
}

const { signal } = new AbortController();

test('bytes take the time that the rate says, whatever the pieces', async (t) => {
  for (const piece of [1000, 250_000, 1_000_000]) {
    const clock = clockAt('12:00');
    const limit = bandwidth([{ fromMinute: 0, bytesPerSecond: 100_000 }], clock);
    for (let taken = 0; taken < 1_000_000; taken += piece) await limit.take(piece, signal);
    t.true(Math.abs(clock.passedSeconds() - 10) < 0.1, `${piece}: ${clock.passedSeconds()}`);
  }
});

test('what was not used is not saved up', async (t) => {
  const clock = clockAt('12:00');
  const limit = bandwidth([{ fromMinute: 0, bytesPerSecond: 1000 }], clock);
  await clock.sleep(3_600_000);
  await limit.take(10_000, signal);
  t.true(clock.passedSeconds() > 3600 + 9);
});

test('a timetable: the rate of the hour, also past midnight, and off', async (t) => {
  const slots = parseBandwidth('19:00,off 08:00,1k') ?? [];
  const seconds = async (time: string) => {
    const clock = clockAt(time);
    await bandwidth(slots, clock).take(10_240, signal);
    return clock.passedSeconds();
  };
  t.is(await seconds('07:59'), 0);
  t.is(await seconds('08:00'), 10);
  t.is(await seconds('18:30'), 10);
  t.is(await seconds('19:00'), 0);
});

test('bytes that wait when the limit is lifted wait no longer', async (t) => {
  const clock = clockAt('18:59');
  await bandwidth(parseBandwidth('08:00,1k 19:00,off') ?? [], clock).take(1024 * 3600, signal);
  t.true(clock.passedSeconds() <= 65, String(clock.passedSeconds()));
});

test('a signal ends the waiting', async (t) => {
  const stopping = new AbortController();
  const waiting = bandwidth([{ fromMinute: 0, bytesPerSecond: 1 }]).take(1000, stopping.signal);
  stopping.abort(new Error('stopped'));
  await t.throwsAsync(waiting, { message: 'stopped' });
});

test('reading passes through the limit, everything else as it was', async (t) => {
  const taken: number[] = [];
  const storage = {
    label: 'x',
    async *read() {
      yield [Buffer.from('ab'), Buffer.from('c')];
      yield [Buffer.from('d')];
    },
  } as unknown as Storage;
  const limited = limitReading(storage, { take: async (bytes) => void taken.push(bytes) });
  const options = { expected: { size: 4, mtimeMs: 0 }, start: 0, signal };
  let read = '';
  for await (const chunk of limited.read('a', options)) read += chunk.join('');
  t.is(read, 'abcd');
  t.deepEqual(taken, [3, 1]);
  t.is(limited.label, 'x');
});

test('what is no rate is refused', (t) => {
  t.deepEqual(parseBandwidth('10M'), [{ fromMinute: 0, bytesPerSecond: 10 * 1024 ** 2 }]);
  t.deepEqual(parseBandwidth('1MB/s'), [{ fromMinute: 0, bytesPerSecond: 1e6 }]);
  for (const text of ['', 'fast', '0', '25:00,1M', '08:00', '08:00,1M 08:00,2M', '08:00,1M 2M', '08:60,1k']) {
    t.is(parseBandwidth(text), undefined, text);
  }
});
