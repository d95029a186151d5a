/** The content of `bench/results/order.json`: the cost of a server that is not known to keep the order of requests. */
import type { Measurement } from './measure.ts';
import { type Spread, spreadOf } from './summary.ts';
import { markdownTable, numberText, ratioText } from './table.ts';

/**
 * - `known`: OpenSSH, which is known to keep the order
 * - `granted`: the same, with a build that assumes the order of every server
 * - `unknown`: the same sshd under an unknown name
 */
export type OrderWay = 'known' | 'granted' | 'unknown';

export interface OrderCase {
  readonly title: string;
  readonly files: number;
  readonly roundTripMs: number;
  /** Entries with the same index were measured in the same round. */
  readonly runs: Readonly<Record<OrderWay, readonly Measurement[]>>;
}

export interface OrderResult {
  /** ISO 8601, UTC. */
  readonly measuredAt: string;
  readonly cores: number;
  /** Load of the machine before anything ran. */
  readonly load: number;
  readonly cases: readonly OrderCase[];
}

/** Divided by `known`, round by round. */
export function orderRatio({ runs }: OrderCase, way: OrderWay, figure: 'wallMs' | 'clientCpuMs'): Spread | undefined {
  return spreadOf(runs[way].map((run, round) => run[figure] / (runs.known[round]?.[figure] ?? Number.NaN)));
}

/** The section of `docs/performance.md`. */
export function orderText({ measuredAt, cores, load, cases }: OrderResult): string {
  const rows = cases.map((each) => [
    each.roundTripMs === 0 ? each.title : `${each.title}, ${each.roundTripMs} ms round trip`,
    `${numberText((spreadOf(each.runs.known.map(({ wallMs }) => wallMs))?.median ?? 0) / 1000)} s`,
    ratioText(orderRatio(each, 'granted', 'wallMs')),
    ratioText(orderRatio(each, 'unknown', 'wallMs')),
    ratioText(orderRatio(each, 'unknown', 'clientCpuMs')),
  ]);
  const rounds = Math.max(...cases.map(({ runs }) => runs.known.length));
  return [
    `\`npm run bench:order\`, ${measuredAt.slice(0, 10)}: requests of one file overlap only where the server is known to carry them out in their order. The same sshd is`,
    `measured twice, once under its own name and once under one that nobody knows, by turns in ${rounds} rounds at most, and a build that takes the order of every server for`,
    'granted beside them. Each column but the first is divided by it, round by round: median (least–most). On OpenSSH nothing but the question itself is added.',
    `The machine had a load of ${numberText(load)} on ${cores} cores before that: the ratios count, not the seconds.`,
    '',
    markdownTable(
      ['work', 'OpenSSH, wall', 'order taken for granted ÷', 'order not known ÷', 'order not known: client CPU ÷'],
      rows,
    ),
  ].join('\n');
}

/** One sentence a round trip, for the page on servers. */
export function orderCosts({ cases }: OrderResult): string {
  const costs = cases.map((each) => {
    const where = each.roundTripMs === 0 ? 'beside the server' : `at ${each.roundTripMs} ms of round trip`;
    return `- ${each.title}, ${where}: ${ratioText(orderRatio(each, 'unknown', 'wallMs'))} times the time`;
  });
  return costs.join('\n');
}
