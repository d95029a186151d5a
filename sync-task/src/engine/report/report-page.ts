/** `report.html`: one run, for people. */
import type { PlanTotals, RunRecord } from '../../state/state.ts';
import { capabilityNames } from '../capability-table.ts';
import { BYTES_FLOOR, FILES_FLOOR, HISTORY_RUNS, SUM_FACTOR } from '../gates/gates.ts';
import { usualOf, usualRange } from '../gates/usual.ts';
import type { GateFinding, Result } from '../result/result.ts';
import { chart } from './chart.ts';
import { type Content, html, type Markup } from './html.ts';
import type { ManifestLine } from './manifest.ts';
import { type Column, pageText, runLink, section, statusBadge, table } from './page.ts';
import type { Named, Survey } from './survey.ts';
import { bytesWords, countWords, durationWords, plural, timeWords } from './words.ts';

/** Batches that are listed. */
const MOST_BATCHES = 200;

export interface ReportFacts {
  readonly record: RunRecord;
  readonly result: Result;
  readonly survey: Survey;
  /** Of the newest plans, this one's last. */
  readonly totals: readonly PlanTotals[];
  /** Where all reports are listed, as a relative link. */
  readonly index: string;
  /** Where whoever started the run shows it. */
  readonly runUrl: string | undefined;
}

export function reportPage(facts: ReportFacts): string {
  const { record, result, survey } = facts;
  const tookMs = (record.finishedMs ?? record.createdMs) - record.createdMs;
  return pageText({
    title: `${record.pipeline} ${record.id}: ${result.status}`,
    header: html`<p class="above">sync-task run report · <a href="${facts.index}">all runs</a>${runLink(facts.runUrl)}</p>
<h1><bdi>${record.pipeline}</bdi> ${statusBadge(result.status)}</h1>
<p class="run">Run <bdi class="name">${record.id}</bdi><br>${timeWords(record.createdMs)}, took ${durationWords(tookMs)}</p>
${notice(facts)}`,
    main: [
      cards(result, survey, tookMs),
      history(facts),
      gateSection(result.gates ?? []),
      weakened(result.weakened ?? []),
      problems('failed', 'Failed', survey.failed, 'A retry of the run takes them again.'),
      problems('refused', 'Refused', survey.refused, 'They are not copied as they are: mend or exclude them.'),
      problems('not-run', 'Not copied', survey.planned, notRun(result)),
      problems('deferred', 'Deferred', survey.deferred, 'They wait for a later run, and fail nothing.'),
      quarantine(survey.quarantine),
      html`<div class="columns">${ranked('biggest', 'Biggest files copied', survey.biggest)}${ranked('slowest', 'Slowest files', survey.slowest)}</div>`,
      batches(result),
      capabilities(result.capabilities),
    ],
    footer: html`Every file that was not found unchanged is a line of <a href="manifest.jsonl">manifest.jsonl</a>.`,
  });
}

function notRun({ status }: Result): string {
  return status === 'refused' ? 'They would have been copied.' : 'Their batches were not completed: run them again.';
}

function notice({ result, survey }: ReportFacts): Content {
  const missing = survey.failed.files + survey.refused.files + survey.planned.files;
  if (result.status === 'refused') {
    return html`<p class="notice bad" role="status">A gate refused this run: nothing was written. Plan it again when the source is mended, or with --accept.</p>`;
  }
  if (missing > 0) {
    return html`<p class="notice bad" role="status">${plural(missing, 'file')} ${missing === 1 ? 'is' : 'are'} missing at the target.</p>`;
  }
  if (survey.deferred.files > 0) {
    return html`<p class="notice warn" role="status">Nothing is missing; ${plural(survey.deferred.files, 'file')} wait${survey.deferred.files === 1 ? 's' : ''} for a later run.</p>`;
  }
  return html`<p class="notice good" role="status">Nothing is missing.</p>`;
}

function cards({ files }: Result, survey: Survey, tookMs: number): Markup {
  const card = (label: string, value: Content, small: Content = '', look = '') =>
    html`<div class="card ${look}"><dt>${label}</dt><dd>${value}${small !== '' && html`<div class="small">${small}</div>`}</dd></div>`;
  const alarm = (label: string, count: number, look: string) =>
    card(label, countWords(count), '', count > 0 ? look : '');
  const rate = tookMs > 0 ? `${bytesWords(survey.publishedBytes / (tookMs / 1000))}/s` : '–';
  const { triesAgain, claimsLost } = survey;
  return html`<dl class="cards">${card('Listed', countWords(files.listed), `${countWords(files.unchanged)} unchanged`)}
${card('Copied', countWords(files.copied), files.adopted > 0 ? `${countWords(files.adopted)} adopted` : '')}
${card('Written', bytesWords(survey.publishedBytes), `${bytesWords(survey.outcomes.copied.bytes)} at the source`)}
${card('From plan to end', durationWords(tookMs), rate)}
${alarm('Failed', files.failed, 'alert')}
${alarm('Refused', files.refused, 'alert')}
${alarm('Deferred', files.deferred, 'aware')}
${card('Tries beyond the first', countWords(triesAgain), claimsLost > 0 ? `${plural(claimsLost, 'claim')} lost` : '', triesAgain + claimsLost > 0 ? 'aware' : '')}</dl>
`;
}

function history({ record, totals }: ReportFacts): Content {
  if (totals.length === 0) return undefined;
  const before = totals.filter(({ run }) => run !== record.id).slice(-HISTORY_RUNS);
  const draw = (title: string, of: (each: PlanTotals) => number, floor: number, words: (value: number) => string) => {
    const usual = usualOf(before.map(of));
    return chart({
      title,
      points: totals.map((each) => ({ run: each.run, value: of(each) })),
      usual: usual && { median: usual.median, runs: usual.runs, range: usualRange(usual, SUM_FACTOR, floor) },
      words,
    });
  };
  return section(
    'history',
    'The source, compared with earlier runs',
    html`<div class="charts">${draw('Files', ({ files }) => files, FILES_FLOOR, countWords)}${draw('Size', ({ bytes }) => bytes, BYTES_FLOOR, bytesWords)}</div>`,
  );
}

function gateSection(findings: readonly GateFinding[]): Content {
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

/** What the user gave up, in every report of it. */
function weakened(clauses: readonly string[]): Content {
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

function problems(id: string, heading: string, { files, lines }: Named, advice: string): Content {
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

function quarantine({ files, rows, lines }: Survey['quarantine']): Content {
  if (files === 0) return undefined;
  const columns: readonly Column<ManifestLine>[] = [
    { label: 'File', kind: 'path', cell: ({ path }) => path },
    { label: 'Rows', kind: 'number', cell: (line) => countWords(line.quarantine?.rows ?? 0) },
    { label: 'Rejected rows stand in', kind: 'path', cell: (line) => line.quarantine?.paths.join(', ') },
  ];
  const heading = `Quarantine: ${plural(rows, 'row')} of ${plural(files, 'file')}`;
  return section('quarantine', heading, table(columns, lines), rest(files, lines.length));
}

function ranked(id: string, heading: string, lines: readonly ManifestLine[]): Content {
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

function batches({ batches: all }: Result): Content {
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

interface Capability {
  readonly name: string;
  readonly value: unknown;
}

/** What the servers can and can't do, as it was found. */
function capabilities(found: Readonly<Record<string, unknown>>): Content {
  const places = Object.entries(found).filter((entry): entry is [string, object] => isObject(entry[1]));
  if (places.length === 0) return undefined;
  const columns: readonly Column<Capability>[] = [
    { label: 'Capability', kind: 'name', cell: ({ name }) => name },
    { label: 'Found', kind: 'message', cell: ({ value }) => valueWords(value) },
  ];
  const lists = places.map(
    ([place, facts]) =>
      html`${section(`place-${place}`, place === 'source' ? 'Source' : place === 'target' ? 'Target' : place, table(columns, capabilityRows(facts)))}`,
  );
  return html`<div class="columns">${lists}</div>`;
}

const named: ReadonlyMap<string, string> = new Map(Object.entries(capabilityNames));

function capabilityRows(facts: object): readonly Capability[] {
  return Object.entries(facts).map(([name, value]) => ({
    name: named.get(name) ?? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/ ms$/, ' (ms)'),
    value: name === 'publishesNew' ? value === 'atomic' : value,
  }));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueWords(value: unknown): string {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (value === undefined || value === null) return 'unknown';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
