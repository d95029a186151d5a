/** What is stored in `bench/results/transforms.json`. */
import { markdownTable } from './table.ts';

export interface TransformResult {
  /** ISO 8601, UTC. */
  readonly measuredAt: string;
  readonly node: string;
  /** Million bytes in a second, of the longer of input and output. */
  readonly rows: readonly { readonly title: string; readonly large: number; readonly small: number }[];
}

/** The section of `docs/performance.md`. */
export function transformText({ measuredAt, node, rows }: TransformResult): string {
  return [
    `\`npm run bench:transforms\`, ${measuredAt.slice(0, 10)}, Node ${node}: one thread, from memory to nowhere, MB/s of the longer of input and output, the best of three runs. The raw copy`,
    'is what making and handing on the input costs by itself. Goals: 1,000 MB/s for `replace-whitespace`, 400 MB/s for `mask`, and CSV no slower than csv-parse reads.',
    'In a transfer, chains of files of 4 MiB and more run in threads of their own, beside it.',
    '',
    markdownTable(
      ['transform', 'chunks of 256 KiB', 'chunks of 1 KiB'],
      rows.map(({ title, large, small }) => [title, large.toFixed(0), small.toFixed(0)]),
    ),
  ].join('\n');
}
