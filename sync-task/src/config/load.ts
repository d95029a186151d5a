/** Flags over environment over file over defaults, checked, as `Settings`. */
import { endpointOf } from './endpoint.ts';
import { type Input, valuesOf } from './given-options.ts';
import { identityOf } from './location-identity.ts';
import { metricsSettings } from './metrics.ts';
import { type Role, roles } from './options/option.ts';
import { acceptedOf, gatesOf } from './parse/parse-gate.ts';
import { readRunUrl } from './parse/run-url.ts';
import { commonSettings } from './pipeline.ts';
import type { CommonSettings, Endpoint, MetricsSettings, Settings } from './settings.ts';
import { refuseInPlace } from './unused-options.ts';

/** For commands that open source, target and state. Throws `usage`. */
export function loadSettings(input: Input): Settings {
  const values = valuesOf(input);
  const source = endpointOf(values, input, 'source');
  const target = endpointOf(values, input, 'target');
  refuseInPlace(values, target.location);
  return {
    ...commonSettings(values, input, source, target),
    source,
    target,
    identities: { source: identityOf(source), target: identityOf(target) },
    newTarget: values.get('new-target'),
    sameFiles: values.get('same-files'),
    transforms: values.transforms,
    transformChanged: values.get('transform-changed'),
    selection: {
      include: values.get('include'),
      exclude: values.get('exclude'),
      prefix: values.get('prefix'),
      minAgeMs: values.get('min-age'),
      stableMs: values.get('stable'),
      marker: values.get('marker'),
      sinceMs: values.get('since'),
    },
    gates: gatesOf(values.get('gate'), values.given('gate')?.as ?? '--gate'),
    accept: acceptedOf(values.get('accept'), values.given('accept')?.as ?? '--accept'),
    batchFiles: values.get('batch-files'),
    batchBytes: values.get('batch-bytes'),
    maxBatches: values.get('max-batches'),
    maxFiles: values.get('max-files'),
    maxBytes: values.get('max-bytes'),
    maxDurationMs: values.get('max-duration'),
    bandwidth: values.get('bwlimit'),
    existing: values.get('existing'),
    publish: values.get('publish'),
    reportDir: values.get('report-dir'),
    runUrl: readRunUrl(input.environment),
    wantsTotals: metricsSettings(values, input, '') !== undefined,
    files: values.get('files'),
    bufferBytes: values.get('buffer'),
    decoders: { memoryBytes: values.get('decoder-memory'), maxExpansion: values.get('max-expansion') },
    connections: values.get('connections'),
    fsync: values.get('fsync'),
    checkpointBytes: values.get('checkpoint-bytes'),
    verify: values.get('verify'),
    checksum: values.get('checksum'),
    repair: values.get('repair'),
    force: values.get('force'),
    explain: values.get('explain'),
    dryRun: values.get('dry-run'),
    leaseMs: values.get('lease'),
    attempts: values.get('attempts'),
    reconnectMs: values.get('reconnect'),
    connectTimeoutMs: values.get('connect-timeout'),
    idleTimeoutMs: values.get('idle-timeout'),
    keepaliveMs: values.get('keepalive'),
  };
}

/** For commands that open only the state: the pipeline by name, or by its source and target. Throws `usage`. */
export function loadCommonSettings(input: Input): CommonSettings {
  const values = valuesOf(input);
  if (values.given('pipeline')) return commonSettings(values, input, undefined, undefined);
  return commonSettings(values, input, endpointOf(values, input, 'source'), endpointOf(values, input, 'target'));
}

/** Whether the user named a pipeline, a source or a target. */
export function isPipelineGiven(input: Input): boolean {
  const values = valuesOf(input);
  return (['pipeline', 'source', 'target'] as const).some((name) => values.given(name) !== undefined);
}

/** For looking at all pipelines of a state. Throws `usage`. */
export function loadStateSettings(input: Input): CommonSettings {
  return commonSettings(valuesOf(input), input, undefined, undefined);
}

export interface GivenEndpoint {
  readonly role: Role;
  readonly endpoint: Endpoint;
  readonly connectTimeoutMs: number;
}

/** Source, target or both: those that the user gave. Without any, the source is missing. Throws `usage`. */
export function loadEndpoints(input: Input): readonly GivenEndpoint[] {
  const values = valuesOf(input);
  const given = roles.filter((role) => values.given(role));
  const connectTimeoutMs = values.get('connect-timeout');
  const wanted = given.length > 0 ? given : (['source'] as const);
  return wanted.map((role) => ({ role, endpoint: endpointOf(values, input, role), connectTimeoutMs }));
}

/** As the user gave it. Throws `usage`. */
export function loadReportDir(input: Input): string | undefined {
  return valuesOf(input).get('report-dir');
}

/** Undefined if no metrics are pushed. Throws `usage`. */
export function loadMetricsSettings(input: Input): MetricsSettings | undefined {
  const values = valuesOf(input);
  if (!values.given('metrics-url') || values.get('dry-run')) return undefined;
  return metricsSettings(values, input, loadCommonSettings(input).pipeline);
}
