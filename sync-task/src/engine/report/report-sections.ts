/** The sections of a run's report. Each is undefined where there is nothing to show. */
import type { GateFinding, Result } from '../result/result.ts';
import { type Content, html, type Markup } from './html.ts';
import type { ManifestLine } from './manifest.ts';
import { type Column, section, table } from './page.ts';
import type { Named, Survey } from './survey.ts';
import { bytesWords, countWords, durationWords, plural } from './words.ts';

/** Batches that are listed. */
const MOST_BATCHES = 200;

export function gates(findings: readonly GateFinding[]): Content {
  if (findings.length === 0) return undefined;
  const look = { refused: 'bad', warned: 'warn', accepted: 'plain' } as const;
  const columns: readonly Column<GateFinding>[] = [
    { label: 'Gate', kind: 'name', cell: ({ gate }) => gate },
    {
      label: 'Verdict',
      kind: 'text',
      cell: ({ verdict }) => html`<span class="badge ${look[verdict]}">${verdict}</span>`,
    },
    {
      label: 'Where',
      kind: 'message',
      cell: ({ folder }) => (folder === '' ? 'in all' : html`below <bdi>${folder}/</bdi>`),
    },
    { label: 'What', kind: 'message', cell: ({ what }) => what },
  ];
  return section('gates', 'Gates', table(columns, findings));
}

/** The promises that the run's settings weaken. */
export function weakened(clauses: readonly string[]): Content {
  if (clauses.length === 0) return undefined;
  const columns: readonly Column<string>[] = [
    {
      label: 'Files were written under their final names (--publish in-place)',
      kind: 'text',
      cell: (clause) => clause,
    },
  ];
  return section('weakened', 'Promised less', table(columns, clauses));
}

export function problems(id: string, heading: string, { files, lines }: Named, advice: string): Content {
  if (files === 0) return undefined;
  const columns: readonly Column<ManifestLine>[] = [
    { label: 'File', kind: 'path', cell: ({ path }) => path },
    { label: 'Size', kind: 'number', cell: ({ size }) => bytesWords(size) },
    { label: 'Why', kind: 'message', cell: (line) => line.message ?? line.reason },
  ];
  return section(id, `${heading}: ${plural(files, 'file')}`, table(columns, lines), rest(files, lines.length, advice));
}

function rest(files: number, shown: number, advice = ''): Markup {
  const left = files > shown && `The first ${countWords(shown)} of ${countWords(files)}; manifest.jsonl names all. `;
  return html`${(left !== false || advice !== '') && html`<p class="note">${left}${advice}</p>`}`;
}

export function quarantine({ files, rows, lines }: Survey['quarantine']): Content {
  if (files === 0) return undefined;
  const columns: readonly Column<ManifestLine>[] = [
    { label: 'File', kind: 'path', cell: ({ path }) => path },
    { label: 'Rows', kind: 'number', cell: (line) => countWords(line.quarantine?.rows ?? 0) },
    { label: 'Rejected rows stand in', kind: 'path', cell: (line) => line.quarantine?.paths.join(', ') },
  ];
  const heading = `Quarantine: ${plural(rows, 'row')} of ${plural(files, 'file')}`;
  return section('quarantine', heading, table(columns, lines), rest(files, lines.length));
}

export function ranked(id: string, heading: string, lines: readonly ManifestLine[]): Content {
  if (lines.length === 0) return undefined;
  const columns: readonly Column<ManifestLine>[] = [
    { label: 'File', kind: 'path', cell: ({ path }) => path },
    { label: 'Size', kind: 'number', cell: ({ size }) => bytesWords(size) },
    {
      label: 'Took',
      kind: 'number',
      cell: ({ durationMs }) => (durationMs === undefined ? '' : durationWords(durationMs)),
    },
    { label: 'Tries', kind: 'number', cell: ({ attempts }) => countWords(attempts) },
  ];
  return section(id, heading, table(columns, lines));
}

export function batches({ batches: all }: Result): Content {
  if (all.length === 0) return undefined;
  const look = { done: 'good', partial: 'bad', failed: 'bad', planned: 'warn' } as const;
  const words = { done: 'done', partial: 'has failures', failed: 'failed', planned: 'to be run' } as const;
  // What needs a look comes first.
  const open = all.filter(({ status }) => status !== 'done');
  const shown = [...open, ...all.filter(({ status }) => status === 'done')].slice(0, MOST_BATCHES);
  const columns: readonly Column<(typeof all)[number]>[] = [
    { label: 'Batch', kind: 'name', cell: ({ number }) => String(number) },
    { label: 'Files', kind: 'number', cell: ({ files }) => countWords(files) },
    { label: 'Size', kind: 'number', cell: ({ bytes }) => bytesWords(bytes) },
    {
      label: 'Status',
      kind: 'text',
      cell: ({ status }) => html`<span class="badge ${look[status]}">${words[status]}</span>`,
    },
  ];
  const left =
    all.length > shown.length &&
    html`<p class="note">${countWords(shown.length)} of ${countWords(all.length)} batches.</p>`;
  return section('batches', 'Batches', table(columns, shown), left);
}
