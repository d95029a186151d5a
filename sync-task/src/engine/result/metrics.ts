/**
 * What a command pushes to a Pushgateway, in the text format of Prometheus. A batch's container is gone before it could be scraped,
 * and several of them end side by side. So metrics of a whole run come from the state, through `finish`, and are right for any
 * number of containers. No label holds a path or the name of a run: its values would grow without end.
 */
import type { PhaseSummary, Result } from './result.ts';

/** Samples of one group: what is pushed replaces what was pushed under the same name and labels. */
export interface MetricGroup {
  readonly labels: Readonly<Record<string, string>>;
  readonly text: string;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];
}

export interface Ended {
  readonly pipeline: string;
  readonly result: Result;
  readonly exitCode: number;
  readonly endedMs: number;
}

export function metricGroups(ended: Ended): readonly MetricGroup[] {
  const { pipeline, result } = ended;
  return [
    { labels: { pipeline, command: result.command }, text: textOf(commandMetrics(ended)) },
    { labels: { pipeline }, text: textOf(pipelineMetrics(ended)) },
  ].filter(({ text }) => text !== '');
}

/** Of this process. */
function commandMetrics({ result, exitCode, endedMs }: Ended): readonly Metric[] {
  const phases = result.phases ?? phaseOf(result);
  const ofPhases = (value: (phase: PhaseSummary) => number) =>
    phases.map((phase) => [{ phase: phase.phase }, value(phase)] as const);
  return [
    gauge('command_exit_code', 'Exit code of the last end of the command.', exitCode),
    gauge('command_duration_seconds', 'How long the command took last.', result.durationMs / 1000),
    gauge('command_end_timestamp_seconds', 'When the command ended last.', endedMs / 1000),
    ...(exitCode === 0
      ? [gauge('command_success_timestamp_seconds', 'When the command last ended with exit code 0.', endedMs / 1000)]
      : []),
    metric(
      'phase_duration_seconds',
      'How long a phase took last.',
      ofPhases(({ durationMs }) => durationMs / 1000),
    ),
    metric(
      'phase_files',
      'Files that the phase listed or settled last.',
      ofPhases(({ files }) => files),
    ),
    metric(
      'phase_bytes',
      'Bytes that the phase wrote last.',
      ofPhases(({ bytes }) => bytes),
    ),
  ];
}

/** A command that is one phase. */
function phaseOf({ command, files, bytes, durationMs }: Result): readonly PhaseSummary[] {
  const settled = files.copied + files.adopted + files.unchanged + files.deferred + files.refused + files.failed;
  if (command === 'plan') return [{ phase: 'plan', files: files.listed, bytes: 0, durationMs }];
  if (command === 'run') return [{ phase: 'transfer', files: settled, bytes: bytes.written, durationMs }];
  if (command === 'finish') return [{ phase: 'finish', files: settled, bytes: 0, durationMs }];
  return [];
}

/** Of the pipeline's newest run, as far as this command knows it. */
function pipelineMetrics({ result, exitCode, endedMs }: Ended): readonly Metric[] {
  const { command, status, files, totals, gates = [] } = result;
  const queued =
    status === 'refused' ? 0 : (totals?.leftPlanned ?? (command === 'plan' ? files.planned : result.queued));
  const queue =
    queued === undefined ? [] : [gauge('queue_files', 'Files of the newest run still to be copied.', queued)];
  if (totals === undefined && command !== 'plan') return queue;
  const verdicts = ['warned', 'refused', 'accepted'] as const;
  const metrics: Metric[] = [
    ...queue,
    metric(
      'gate_findings',
      'What gates found in the last plan.',
      verdicts.map((verdict) => [{ verdict }, gates.filter((each) => each.verdict === verdict).length]),
    ),
    gauge('listed_files', 'Files that the last plan listed.', files.listed),
    gauge('planned_files', 'Files that the last plan chose.', files.planned),
  ];
  if (totals === undefined || status === 'refused') return metrics;
  const outcomes = ['copied', 'adopted', 'unchanged', 'deferred', 'refused', 'failed', 'skipped'] as const;
  const seconds = totals.elapsedMs / 1000;
  metrics.push(
    metric(
      'run_files',
      'Files of the last finished run by what became of them.',
      outcomes.map((outcome) => [{ outcome }, files[outcome]]),
    ),
    metric('run_bytes', 'Bytes of the files that the last finished run copied.', [
      [{ direction: 'read' }, totals.sourceBytes],
      [{ direction: 'written' }, totals.bytes],
    ]),
    gauge('run_duration_seconds', 'From the beginning of the plan to the end of the last finished run.', seconds),
    gauge('run_bytes_per_second', 'Bytes written by the time of the run.', seconds > 0 ? totals.bytes / seconds : 0),
    gauge('run_retries', 'Attempts at files that were begun again in the last finished run.', totals.retries),
    gauge('run_claims_lost', 'Claims of the last finished run whose worker died or lost its lease.', totals.claimsLost),
    gauge('run_complete', 'Whether nothing was missing after the last finished run.', result.status === 'done' ? 1 : 0),
    gauge('run_end_timestamp_seconds', 'When a run was finished last.', endedMs / 1000),
  );
  if (exitCode === 0) {
    metrics.push(
      gauge('success_timestamp_seconds', 'When a run was last finished with nothing missing.', endedMs / 1000),
    );
  }
  return metrics;
}

function gauge(name: string, help: string, value: number): Metric {
  return metric(name, help, [[{}, value]]);
}

function metric(name: string, help: string, samples: Metric['samples']): Metric {
  return { name: `sync_task_${name}`, help, samples };
}

function textOf(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, samples }) => {
      const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
    })
    .join('');
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** The path of a group at a Pushgateway. Values go in base64, which takes any of them but an empty one. */
export function groupPath({ labels }: MetricGroup): string {
  const parts = Object.entries(labels).map(
    ([name, value]) => `/${name}@base64/${value === '' ? '=' : Buffer.from(value).toString('base64url')}`,
  );
  return `metrics/job/sync-task${parts.join('')}`;
}
