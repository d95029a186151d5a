/** The pages that list reports: one for all pipelines, and one for each. */
import { type Content, html, type Markup } from './html.ts';
import { type Column, pageText, section, statusBadge, statusDot, table } from './page.ts';
import type { Summary } from './summary.ts';
import { bytesWords, countWords, durationWords, plural, timeWords } from './words.ts';

/** A run, and the name of its folder. */
export interface ListedRun extends Summary {
  readonly folder: string;
}

export interface ListedPipeline {
  readonly name: string;
  readonly folder: string;
  /** Newest first; more may stand in the folder. */
  readonly runs: readonly ListedRun[];
  /** In the folder. */
  readonly count: number;
}

const DOTS = 14;
/** Runs that the page of all pipelines lists. */
export const NEWEST_OF_ALL = 50;

export function pipelinePage({ name, runs, count }: ListedPipeline): string {
  const columns: readonly Column<ListedRun>[] = [
    { label: 'Run', kind: 'text', cell: (run) => html`<a href="${href(run.folder)}report.html">${run.run}</a>` },
    ...runColumns,
  ];
  return pageText({
    title: `${name}: runs`,
    header: html`<p class="above">sync-task · <a href="../index.html">all pipelines</a></p><h1><bdi>${name}</bdi></h1>`,
    main: section('runs', plural(count, 'run'), table(columns, runs), leftOut(runs.length, count)),
    footer: 'Newest first. Written again whenever a run ends.',
  });
}

export function indexPage(pipelines: readonly ListedPipeline[]): string {
  const columns: readonly Column<ListedPipeline>[] = [
    {
      label: 'Pipeline',
      kind: 'name',
      cell: ({ name, folder }) => html`<a href="${href(folder)}index.html">${name}</a>`,
    },
    { label: 'Newest runs', kind: 'text', cell: dots },
    { label: 'Last run', kind: 'text', cell: (pipeline) => lastRun(pipeline, ({ status }) => statusBadge(status)) },
    { label: 'Ended', kind: 'text', cell: (pipeline) => lastRun(pipeline, ended) },
    { label: 'Copied', kind: 'number', cell: (pipeline) => lastRun(pipeline, ({ files }) => countWords(files.copied)) },
    { label: 'Missing', kind: 'number', cell: (pipeline) => lastRun(pipeline, missing) },
  ];
  const newest = pipelines
    .flatMap(({ name, folder, runs }) =>
      runs.map((run) => ({ ...run, name, at: `${href(folder)}${href(run.folder)}` })),
    )
    .sort((a, b) => compareTimes(a, b))
    .slice(0, NEWEST_OF_ALL);
  const runList: readonly Column<(typeof newest)[number]>[] = [
    { label: 'Run', kind: 'text', cell: ({ at, run }) => html`<a href="${at}report.html">${run}</a>` },
    { label: 'Pipeline', kind: 'text', cell: ({ name }) => html`<bdi>${name}</bdi>` },
    ...runColumns,
  ];
  return pageText({
    title: 'sync-task: run reports',
    header: html`<p class="above">sync-task</p><h1>Run reports</h1>`,
    main: [
      section('pipelines', plural(pipelines.length, 'pipeline'), table(columns, pipelines)),
      section('newest', 'Newest runs of all', table(runList, newest)),
    ],
    footer: 'Written again whenever a run ends.',
  });
}

/** Newest first. */
export function compareTimes(a: Summary, b: Summary): number {
  return a.finishedAt < b.finishedAt ? 1 : a.finishedAt > b.finishedAt ? -1 : 0;
}

const runColumns: readonly Column<ListedRun>[] = [
  { label: 'Status', kind: 'text', cell: ({ status }) => statusBadge(status) },
  { label: 'Ended', kind: 'text', cell: ended },
  {
    label: 'Took',
    kind: 'number',
    cell: (run) => durationWords(Date.parse(run.finishedAt) - Date.parse(run.startedAt)),
  },
  { label: 'Copied', kind: 'number', cell: ({ files }) => countWords(files.copied) },
  { label: 'Written', kind: 'number', cell: ({ bytes }) => bytesWords(bytes) },
  { label: 'Deferred', kind: 'number', cell: ({ files }) => countWords(files.deferred) },
  { label: 'Missing', kind: 'number', cell: missing },
];

function missing({ files: { failed, refused, planned } }: Summary): string {
  return countWords(failed + refused + planned);
}

function ended({ finishedAt }: Summary): string {
  return timeWords(Date.parse(finishedAt));
}

function lastRun({ runs }: ListedPipeline, cell: (run: ListedRun) => Content): Content {
  return runs[0] && cell(runs[0]);
}

function dots({ runs }: ListedPipeline): Markup {
  return html`<span class="dots">${runs.slice(0, DOTS).map(({ status }) => statusDot(status))}</span>`;
}

function leftOut(shown: number, count: number): Content {
  return count > shown && html`<p class="note">The newest ${countWords(shown)} of ${countWords(count)}.</p>`;
}

/** Relative, with a slash behind it. */
function href(folder: string): string {
  return `${encodeURIComponent(folder)}/`;
}
