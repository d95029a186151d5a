import test from 'ava';
import { type OrderCase, type OrderResult, orderCosts, orderRatio, orderText } from '../order-results.ts';

const run = (wallMs: number) => ({
  ...{ wallMs, clientCpuMs: wallMs / 2, serverCpuMs: 1, stateCpuMs: 0, peakRssBytes: 1e6 },
  rssQuartersBytes: [],
});

/** The machine was ten times slower in the second round. */
const each: OrderCase = {
  title: 'small files',
  files: 10,
  roundTripMs: 20,
  runs: {
    known: [run(1000), run(10_000), run(1000)],
    granted: [run(1000), run(10_000), run(1000)],
    unknown: [run(1100), run(12_000), run(1300)],
  },
};
const result: OrderResult = { measuredAt: '2026-11-28T10:00:00.000Z', cores: 2, load: 12.3, cases: [each] };

test('runs of the same round are compared', (t) => {
  t.deepEqual(orderRatio(each, 'unknown', 'wallMs'), { median: 1.2, least: 1.1, most: 1.3 });
  t.deepEqual(orderRatio(each, 'granted', 'wallMs'), { median: 1, least: 1, most: 1 });
});

test('the page on speed has the ratios and how busy the machine was', (t) => {
  const text = orderText(result);
  t.regex(text, /small files, 20 ms round trip +\| 1\.00 s +\| 1\.00 +\| 1\.20 \(1\.10–1\.30\)/);
  t.regex(text, /in 3 rounds/);
  t.regex(text, /a load of 12\.30 on 2 cores/);
});

test('the page on servers has the cost in one line a case', (t) => {
  t.is(orderCosts(result), '- small files, at 20 ms of round trip: 1.20 (1.10–1.30) times the time');
});
