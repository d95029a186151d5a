/** The last lines of a command for people: what became of the files, what failed and why, and what to do next. */
import { exitCodes } from '../../base/errors.ts';
import { visible } from '../../base/visible.ts';
import { bytesWords, counted, durationWords } from '../../engine/report/words.ts';
import type { FileError, Result } from '../../engine/result/result.ts';
import { summarise } from '../result-output.ts';

/** `status` shows the rest. */
const MOST_SHOWN = 10;

export interface SummaryOptions {
  readonly exitCode: number;
  /** The folder of reports, as the user gave it. */
  readonly reportDir: string | undefined;
}

const tellThemselves: readonly string[] = ['status', 'explain'];
const transfers: readonly string[] = ['sync', 'run', 'finish'];

/** One line each, without hidden characters. */
export function summaryLines(result: Result, options: SummaryOptions): readonly string[] {
  if (tellThemselves.includes(result.command)) return [];
  const lines = [
    ...head(result),
    ...reportLines(result, options),
    ...errorLines(result),
    ...nextLines(result, options),
  ];
  return lines.map(visible);
}

function head(result: Result): string[] {
  const { command, run, status, durationMs, batches, files } = result;
  if (result.verified) return [summarise(result), ...findingLines(result)];
  if (command === 'plan' || isDryRun(result)) {
    const bytes = batches.reduce((sum, batch) => sum + batch.bytes, 0);
    const size = `${counted(files.planned, 'file')}, ${bytesWords(bytes)}, in ${counted(batches.length, 'batch')}`;
    return [
      `${command} ${run}: ${status} in ${durationWords(durationMs)}`,
      row(command === 'plan' ? 'planned' : 'to copy', size),
      ...countRows(result, ['unchanged', 'deferred'], ['excluded', 'skipped', 'refused', 'failed']),
    ];
  }
  if (!transfers.includes(command)) return [`${command}: ${status} in ${durationWords(durationMs)}`];
  return [
    `${command} ${run}: ${status} in ${durationWords(durationMs)}`,
    row('copied', copiedWords(result)),
    ...countRows(result, ['unchanged', 'deferred', 'failed'], ['adopted', 'refused', 'skipped', 'excluded']),
  ];
}

function isDryRun({ command, explain, phases }: Result): boolean {
  return command === 'sync' && explain !== undefined && phases === undefined;
}

function copiedWords({ files, bytes, phases, durationMs, command }: Result): string {
  if (command === 'finish') return counted(files.copied, 'file');
  const ms = phases?.find(({ phase }) => phase === 'transfer')?.durationMs ?? durationMs;
  const rate = bytes.written > 0 && ms > 0 ? ` at ${bytesWords((bytes.written / ms) * 1000)}/s` : '';
  return `${counted(files.copied, 'file')}, ${bytesWords(bytes.written)}${rate}`;
}

type Count = keyof Result['files'];

function countRows({ files }: Result, always: readonly Count[], whereAny: readonly Count[]): string[] {
  return [...always, ...whereAny.filter((name) => files[name] > 0)].map((name) => row(name, String(files[name])));
}

function row(label: string, value: string): string {
  return `  ${label.padEnd(10)} ${value}`;
}

function findingLines({ verified }: Result): string[] {
  const { findings = [], findingsLeftOut = 0 } = verified ?? {};
  const shown = findings.slice(0, MOST_SHOWN).map(({ finding, message }) => `  ${finding}: ${message}`);
  const left = findings.length - shown.length + findingsLeftOut;
  return left > 0 ? [...shown, `  and ${left} more: --json has them`] : shown;
}

function reportLines({ report }: Result, { reportDir }: SummaryOptions): string[] {
  if (report === undefined || reportDir === undefined) return [];
  return [row('report', `${reportDir.replace(/\/+$/, '')}/${report.split('/').map(decodeURIComponent).join('/')}`)];
}

function errorLines({ errors, errorsLeftOut, gates = [] }: Result): string[] {
  const shown = errors.slice(0, MOST_SHOWN).map(errorLine);
  const left = errors.length - shown.length + errorsLeftOut;
  const warned = gates
    .filter(({ verdict }) => verdict !== 'refused')
    .map(({ gate, folder, what }) => `gate ${gate}${folder === '' ? '' : ` (${folder})`}: ${what}`);
  return [...warned.slice(0, MOST_SHOWN), ...shown, ...(left > 0 ? [`and ${left} more`] : [])];
}

function errorLine({ path, message, kind }: FileError): string {
  const about = path === '' || message.includes(path) ? '' : `${path}: `;
  return `${kind === 'refused' ? 'refused' : 'failed'}: ${about}${message}`;
}

function nextLines(result: Result, { exitCode }: SummaryOptions): string[] {
  const { command, run, files, errors, errorsLeftOut, status } = result;
  const named = errors.length + errorsLeftOut > MOST_SHOWN && run !== '';
  const status_ = `sync-task status --run ${run}`;
  if (status === 'done') {
    if (files.deferred === 0 || run === '' || isDryRun(result)) return [];
    return [`next: deferred files are looked at by the next run; why each was: ${status_}`];
  }
  const all = named ? `; all of them: ${status_}` : '';
  switch (exitCode) {
    case exitCodes.transient:
      return [
        `next: run it again${command === 'sync' ? '' : `, with the same --run`}; what is done is not done again${all}`,
      ];
    case exitCodes.permission:
      return [`next: mend the rights or the login that are named above, then run it again${all}`];
    default:
      if (result.verified) return ['next: --repair copies again what was lost or changed at the target'];
      if (status === 'refused') return ['next: look at the source; --accept GATE lets one run through'];
      return [`next: mend what is named above, then run it again; what is done is not done again${all}`];
  }
}
