/** A small chart of the last runs: a bar each, with the range that gates take for usual behind them. */
import type { UsualRange } from '../gates/usual.ts';
import { html, type Markup } from './html.ts';

export interface ChartOptions {
  readonly title: string;
  /** Oldest first; the last one is this run. */
  readonly points: readonly { readonly run: string; readonly value: number }[];
  /** What earlier runs say is usual; undefined where there are too few. */
  readonly usual: { readonly median: number; readonly range: UsualRange; readonly runs: number } | undefined;
  words(value: number): string;
}

const WIDTH = 320;
const HEIGHT = 101;
const TOP = 6;
const FLOOR = 100;

export function chart({ title, points, usual, words }: ChartOptions): Markup {
  const values = points.map(({ value }) => value);
  const highest = Math.max(1, ...values, usual?.median ?? 0) * 1.05;
  const y = (value: number) => round(FLOOR - (Math.min(value, highest) / highest) * (FLOOR - TOP));
  const step = WIDTH / points.length;
  const width = Math.min(step * 0.76, 24);
  const isOdd = (value: number) => usual !== undefined && (value < usual.range.low || value > usual.range.high);
  const now = values.at(-1) ?? 0;
  const usualWords = usual
    ? `Usual: ${words(usual.median)}. Gates speak up below ${words(Math.max(0, usual.range.low))} and above ${words(usual.range.high)} (last ${usual.runs} runs).`
    : 'Fewer than five earlier runs: nothing is usual yet.';
  const bars = points.map(({ run, value }, index) => {
    const last = index === points.length - 1;
    const look = last ? (isOdd(value) ? 'bar odd' : 'bar now') : 'bar';
    const height = Math.max(FLOOR - y(value), 1.5);
    return html`<rect class="${look}" x="${round((index + 1) * step - step * 0.12 - width)}" y="${round(FLOOR - height)}" width="${round(width)}" height="${round(height)}" rx="1.5"><title>${run}: ${words(value)}</title></rect>`;
  });
  const band =
    usual &&
    html`<rect class="band" x="0" y="${y(usual.range.high)}" width="${WIDTH}" height="${round(y(Math.max(0, usual.range.low)) - y(usual.range.high))}"/>`;
  const median =
    usual && html`<line class="median" x1="0" x2="${WIDTH}" y1="${y(usual.median)}" y2="${y(usual.median)}"/>`;
  const floor = html`<line class="floor" x1="0" x2="${WIDTH}" y1="${FLOOR}" y2="${FLOOR}"/>`;
  return html`<figure><figcaption><b>${title}: ${words(now)}${isOdd(now) && ', out of the usual'}</b></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title} of the last ${points.length} runs, from ${words(Math.min(...values))} to ${words(Math.max(...values))}; this run ${words(now)}. ${usualWords}">${band}${bars}${median}${floor}</svg>
<div class="ends" aria-hidden="true"><span>oldest</span><span>this run</span></div>
<figcaption>${usualWords}</figcaption></figure>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
