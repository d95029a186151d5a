/** `status` on a terminal: tables of pipelines, runs, the batches of one run, and the history of one file. */

import { visible } from '../../base/visible.ts';
import {
  followedRun,
  hasEnded,
  type PipelineOverview,
  type RunOverview,
  runOverviews,
} from '../../engine/commands/overview.ts';
import type { StateContext } from '../../engine/context.ts';
import { decisionsOn, lastLeftOut } from '../../engine/plan/left-out.ts';
import { gatesOfRun } from '../../engine/plan/planned-run.ts';
import { bytesWords, durationWords } from '../../engine/report/words.ts';
import { stamp } from '../log.ts';
import { type Column, tableLines } from './table.ts';

const MOST_FILES = 20;
const MOST_RUNS_OF_FILE = 10;

const rateWords = ({ copiedBytes, elapsedMs }: RunOverview): string =>
  elapsedMs && copiedBytes > 0 ? `${bytesWords((copiedBytes / elapsedMs) * 1000)}/s` : '';
const timeWords = (ms: number): string => stamp(new Date(ms)).slice(0, 16);

const work: readonly Column<RunOverview>[] = [
  { title: 'state', value: ({ state }) => state },
  { title: 'copied', value: ({ counts }) => counts.copied + counts.adopted },
  { title: 'left', value: ({ counts }) => counts.planned, leaveOut: 3 },
  { title: 'failed', value: ({ counts }) => counts.failed + counts.refused },
  { title: 'deferred', value: ({ counts }) => counts.deferred, leaveOut: 4 },
  { title: 'unchanged', value: ({ unchanged }) => unchanged, leaveOut: 5 },
  { title: 'bytes', value: ({ copiedBytes }) => bytesWords(copiedBytes) },
  { title: 'rate', value: rateWords, leaveOut: 2 },
  { title: 'time', value: ({ elapsedMs }) => (elapsedMs === undefined ? '' : durationWords(elapsedMs)), leaveOut: 3 },
  { title: 'began', value: ({ createdMs }) => timeWords(createdMs), leaveOut: 6 },
];

const runColumns: readonly Column<RunOverview>[] = [
  { title: 'run', value: ({ run }) => run, shortened: 'beginning' },
  ...work,
];

export function pipelinesTable(rows: readonly PipelineOverview[], columns: number): readonly string[] {
  if (rows.length === 0) return ['no pipeline is known yet; --state names another state'];
  const ofRun = (column: Column<RunOverview>): Column<PipelineOverview> => ({
    ...column,
    value: ({ run }) => (run ? column.value(run) : ''),
  });
  return tableLines(
    rows,
    [
      { title: 'pipeline', value: ({ pipeline }) => pipeline, shortened: 'end' },
      { title: 'newest run', value: ({ run }) => run?.run ?? 'none', shortened: 'beginning', leaveOut: 8 },
      ...work.map(ofRun),
      { title: 'source', value: ({ source }) => source, shortened: 'end', leaveOut: 9 },
      { title: 'target', value: ({ target }) => target, shortened: 'end', leaveOut: 9 },
    ],
    columns,
  );
}

export async function runsTable(context: StateContext, columns: number): Promise<readonly string[]> {
  const rows = await runOverviews(context);
  const name = visible(context.settings.pipeline);
  if (rows.length === 0) return [`pipeline ${name}: no run is known in ${context.state.label}`];
  return [`pipeline ${name}`, ...tableLines(rows, runColumns, columns)];
}

/** Undefined if the pipeline has no such run. */
export async function runTables(
  context: StateContext,
  run: string | undefined,
  columns: number,
  mostBatches = Number.POSITIVE_INFINITY,
): Promise<{ readonly lines: readonly string[]; readonly ended: boolean } | undefined> {
  const { state } = context;
  const followed = await followedRun(context, run);
  if (!followed) return undefined;
  const record = await state.run(followed.run);
  const open = followed.batches.filter(({ status }) => status !== 'done');
  // If there is no room for all batches, leave out those that are done.
  const shown = followed.batches.length > mostBatches ? open.slice(0, mostBatches) : followed.batches;
  const unshown = followed.batches.length - shown.length;
  const batches = tableLines(
    shown,
    [
      { title: 'batch', value: ({ number }) => number },
      { title: 'state', value: ({ status }) => status },
      { title: 'files', value: ({ files }) => files },
      { title: 'bytes', value: ({ bytes }) => bytesWords(bytes) },
    ],
    columns,
  );
  const gates = (record && gatesOfRun(record).gates) ?? [];
  return {
    ended: hasEnded(followed),
    lines: [
      ...tableLines([followed], runColumns, columns),
      ...gates.map(({ gate, folder, verdict, what }) => visible(`gate ${gate} ${folder}: ${verdict}: ${what}`)),
      ...(followed.batches.length > 0 ? ['', ...batches] : []),
      ...(unshown > 0 ? [`and ${unshown} more batches, ${followed.batches.length - open.length} of all are done`] : []),
      ...(await leftOutTables(context, followed, columns)),
    ],
  };
}

/** The first files of each kind that were not copied, and the number of the others. */
async function leftOutTables(
  { state }: StateContext,
  { run, counts }: RunOverview,
  columns: number,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const status of ['failed', 'refused', 'deferred', 'skipped'] as const) {
    if (counts[status] === 0) continue;
    const entries = await state.entries(run, { statuses: [status], limit: MOST_FILES });
    const table = tableLines(
      entries,
      [
        { title: status, value: ({ path }) => path, shortened: 'beginning' },
        { title: 'why', value: ({ message, reason }) => message || reason, shortened: 'end' },
      ],
      columns,
    );
    const left = counts[status] - entries.length;
    lines.push('', ...table, ...(left > 0 ? [`and ${left} more; status --path FILE tells of any of them`] : []));
  }
  return lines;
}

export async function fileTables(context: StateContext, path: string, columns: number): Promise<readonly string[]> {
  const { state, settings } = context;
  const { id } = await state.pipeline(settings.pipeline);
  const [known, decisions, events] = await Promise.all([
    state.file(id, path),
    decisionsOn(context, path),
    state.events(id, path),
  ]);
  const left = lastLeftOut(decisions);
  const here = (at: string) => timeWords(Date.parse(at));
  return [
    visible(path),
    known ? `  copied: the version of ${timeWords(known.mtimeMs)}, ${bytesWords(known.size)}` : '  never copied',
    ...(left
      ? [`  left out last: ${left.decision} in run ${left.run} (${here(left.at)})`, `    ${left.reason}`].map(visible)
      : ['  left out: by none of the newest runs']),
    ...(decisions.length === 0
      ? []
      : [
          '',
          ...tableLines(
            decisions.slice(0, MOST_RUNS_OF_FILE),
            [
              { title: 'run', value: ({ run }) => run, shortened: 'beginning' },
              { title: 'began', value: ({ at }) => here(at), leaveOut: 1 },
              { title: 'file', value: ({ decision }) => decision },
              { title: 'why', value: ({ reason }) => reason, shortened: 'end' },
            ],
            columns,
          ),
        ]),
    ...(events.length === 0
      ? ['', 'no event is known']
      : [
          '',
          ...tableLines(
            events,
            [
              { title: 'when', value: ({ atMs }) => stamp(new Date(atMs)) },
              { title: 'event', value: ({ event }) => event },
              { title: 'run', value: ({ run }) => run, shortened: 'beginning', leaveOut: 1 },
              { title: 'detail', value: ({ detail }) => detail, shortened: 'end', leaveOut: 2 },
            ],
            columns,
          ),
        ]),
  ];
}
