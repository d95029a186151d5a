/** The pages that list reports: one for all pipelines, and one for each. */
import { type Content, html, type Markup } from './html.ts';
import { type Column, pageText, section, statusBadge, statusDot, table } from './page.ts';
import type { Summary } from './summary.ts';
import { bytesWords, countWords, durationWords, plural, shortName, timeWords } from './words.ts';

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
    { label: 'Run', kind: 'text', cell: (run) => runCell(run, href(run.folder)) },
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
      cell: ({ name, folder }) => html`<a href="${href(folder)}index.html" title="${name}">${shortName(name)}</a>`,
    },
    { label: 'Newest runs', kind: 'text', cell: dots },
    { label: 'Last run', kind: 'text', cell: (pipeline) => lastRun(pipeline, status) },
    { label: 'Ended (UTC)', kind: 'text', cell: (pipeline) => lastRun(pipeline, ended) },
    { label: 'Copied', kind: 'number', cell: (pipeline) => lastRun(pipeline, copied) },
    { label: 'Missing', kind: 'number', cell: (pipeline) => lastRun(pipeline, missing) },
  ];
  const newest = pipelines
    .flatMap(({ name, folder, runs }) =>
      runs.map((run) => ({ ...run, name, at: `${href(folder)}${href(run.folder)}` })),
    )
    .sort((a, b) => compareTimes(a, b))
    .slice(0, NEWEST_OF_ALL);
  const runList: readonly Column<(typeof newest)[number]>[] = [
    { label: 'Run', kind: 'text', cell: (run) => runCell(run, run.at, run.name) },
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

/**
 * The run that began last comes first, even where an earlier one was finished again since. Of runs that began together, the one
 * that ended last.
 */
export function compareTimes(a: Summary, b: Summary): number {
  return compare(b.startedAt, a.startedAt) || compare(b.finishedAt, a.finishedAt);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const copied = counted(({ files }) => countWords(files.copied));
const missing = counted(({ files: { failed, refused, planned } }) => countWords(failed + refused + planned));

const runColumns: readonly Column<ListedRun>[] = [
  { label: 'Status', kind: 'text', cell: status },
  { label: 'Ended (UTC)', kind: 'text', cell: ended },
  {
    label: 'Took',
    kind: 'number',
    cell: (run) => durationWords(Date.parse(run.finishedAt) - Date.parse(run.startedAt)),
  },
  { label: 'Copied', kind: 'number', cell: copied },
  { label: 'Written', kind: 'number', cell: counted(({ bytes }) => bytesWords(bytes)) },
  { label: 'Deferred', kind: 'number', cell: counted(({ files }) => countWords(files.deferred)) },
  { label: 'Missing', kind: 'number', cell: missing },
];

/** A dash where the run ended before anything was counted. */
function counted(words: (run: Summary) => string): (run: Summary) => string {
  return (run) => (run.endedIn === undefined ? words(run) : '–');
}

function status({ status, endedIn }: Summary): Markup {
  return statusBadge(status, endedIn);
}

/** The run's name without the pipeline's, which Airflow puts before it; below it the pipeline and the link to the DAG run. */
function runCell({ run, pipeline, runUrl }: ListedRun, at: string, ofPipeline?: string): Markup {
  const own = run.startsWith(`${pipeline}.`) ? run.slice(pipeline.length + 1) : run;
  const below = ofPipeline !== undefined && html`<bdi title="${ofPipeline}">${shortName(ofPipeline)}</bdi>`;
  const link = runUrl !== undefined && html`<a href="${runUrl}">DAG run</a>`;
  const between = below && link && ' · ';
  return html`<a href="${at}report.html" title="${run}">${shortName(own || run)}</a>${(below || link) && html`<span class="below">${below}${between}${link}</span>`}`;
}

function ended({ finishedAt }: Summary): string {
  return timeWords(Date.parse(finishedAt)).replace(' UTC', '');
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
