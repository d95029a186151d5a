/** Flags over environment over file over defaults, checked, as `Settings`. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { SyncError } from '../base/errors.ts';
import { defaultState } from './default-state.ts';
import { type FileValue, readConfigFile } from './file/config-file.ts';
import { placeOf, serviceBeside } from './location-identity.ts';
import { environmentName, type OptionName, optionNames, optionOf } from './options/options.ts';
import { clouds } from './options/storages.ts';
import { checkStateUrl, parseLocation } from './parse/location.ts';
import { acceptedOf, gatesOf } from './parse/parse-gate.ts';
import { parseJumps } from './parse/parse-jump.ts';
import { parseMetricsUrl } from './parse/parse-metrics-url.ts';
import { parseProxy } from './parse/parse-proxy.ts';
import { parseTransform } from './parse/parse-transform.ts';
import { readRunUrl } from './parse/run-url.ts';
import { traceIdOf } from './parse/trace-id.ts';
import { proxyEnvironment } from './proxy-environment.ts';
import { type Environment, readCredentials, readJumpCredentials, readSecret } from './secrets.ts';
import type { CommonSettings, Endpoint, MetricsSettings, Settings, TransformSetting } from './settings.ts';
import { refuseInPlace, refuseUnused } from './unused-options.ts';
import { schemaOf } from './values.ts';
import { refuseUnknownVariables } from './variables.ts';

export interface Input {
  /** By option name; only what the user gave. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Environment;
}

interface Given {
  readonly value: unknown;
  /** How the user gave it, for messages. */
  readonly as: string;
}

/** Everything a command that touches servers needs. Throws `usage`. */
export function loadSettings(input: Input): Settings {
  const values = valuesOf(input);
  const source = endpoint(values, input, 'source');
  const target = endpoint(values, input, 'target');
  refuseInPlace(values, target.location);
  return {
    ...common(values, input, source, target),
    source,
    target,
    places: { source: placeOf(source), target: placeOf(target) },
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
    wantsTotals: metricsOf(values, input, '') !== undefined,
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

/** What is needed to look at the state alone: the pipeline by name, or by its source and target. */
export function loadCommonSettings(input: Input): CommonSettings {
  const values = valuesOf(input);
  if (values.given('pipeline')) return common(values, input, undefined, undefined);
  return common(values, input, endpoint(values, input, 'source'), endpoint(values, input, 'target'));
}

/** Whether a pipeline is named, or its source and target are. */
export function isPipelineGiven(input: Input): boolean {
  const values = valuesOf(input);
  return (['pipeline', 'source', 'target'] as const).some((name) => values.given(name) !== undefined);
}

/** What is needed to look at all pipelines of a state. */
export function loadStateSettings(input: Input): CommonSettings {
  return common(valuesOf(input), input, undefined, undefined);
}

/** The places that are given, one or both, for what needs no more. Throws `usage`. */
export function loadPlaces(
  input: Input,
): readonly { readonly role: 'source' | 'target'; readonly endpoint: Endpoint; readonly connectTimeoutMs: number }[] {
  const values = valuesOf(input);
  const roles = (['source', 'target'] as const).filter((role) => values.given(role));
  const connectTimeoutMs = values.get('connect-timeout');
  const wanted = roles.length > 0 ? roles : (['source'] as const);
  return wanted.map((role) => ({ role, endpoint: endpoint(values, input, role), connectTimeoutMs }));
}

/** As the user gave it. Throws `usage`. */
export function loadReportDir(input: Input): string | undefined {
  return valuesOf(input).get('report-dir');
}

/** Undefined where no metrics are asked for. Throws `usage`. */
export function loadMetricsSettings(input: Input): MetricsSettings | undefined {
  const values = valuesOf(input);
  if (!values.given('metrics-url') || values.get('dry-run')) return undefined;
  return metricsOf(values, input, loadCommonSettings(input).pipeline);
}

function metricsOf(values: Values, { environment }: Input, pipeline: string): MetricsSettings | undefined {
  const given = values.given('metrics-url');
  if (!given) return undefined;
  const url = parseMetricsUrl(String(given.value), given.as);
  const token = readSecret(environment, 'SYNC_TASK_METRICS_TOKEN');
  const password = readSecret(environment, 'SYNC_TASK_METRICS_PASSWORD');
  const user = decodeURIComponent(url.username);
  url.username = '';
  if (token !== undefined) return { url, pipeline, authorization: `Bearer ${token}` };
  if (user === '' && password === undefined) return { url, pipeline, authorization: undefined };
  return { url, pipeline, authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` };
}

interface Values {
  // biome-ignore lint/suspicious/noExplicitAny: each value has the type of its schema in the table
  get(name: OptionName): any;
  given(name: OptionName): Given | undefined;
  readonly transforms: readonly TransformSetting[];
}

function valuesOf({ flags, environment }: Input): Values {
  const configFile = flags['config'] ?? environment['SYNC_TASK_CONFIG'];
  const chosen = flags['pipeline'] ?? (environment['SYNC_TASK_PIPELINE'] || undefined);
  const named = chosen === undefined ? undefined : String(chosen);
  const file = configFile ? readConfigFile(String(configFile), named, environment) : new Map<string, FileValue>();

  function given(name: OptionName): Given | undefined {
    const fromEnvironment = environment[environmentName(name)] || undefined;
    if (flags[name] !== undefined) return { value: flags[name], as: `--${name}` };
    if (fromEnvironment !== undefined) {
      // Transforms and globs hold commas themselves, so a list has one item a line.
      const value =
        optionOf(name).kind === 'list' ? fromEnvironment.split('\n').filter((line) => line !== '') : fromEnvironment;
      return { value, as: environmentName(name) };
    }
    const inFile = file.get(name);
    return inFile && { value: inFile.value, as: `${name} in ${configFile}, line ${inFile.line}` };
  }

  const checked = new Map<string, unknown>();
  const found: { transforms: readonly TransformSetting[] } = { transforms: [] };
  for (const name of optionNames) {
    const option = optionOf(name);
    const from = given(name);
    if (name === 'transform') {
      if (from) found.transforms = transformsOf(from);
      continue;
    }
    const value = from ? from.value : (option.default ?? (option.kind === 'list' ? [] : undefined));
    if (value === undefined) continue;
    if (option.kind !== 'list' && Array.isArray(value)) throw bad(from?.as ?? name, 'it takes one value; keep one');
    if (name === 'include' || name === 'exclude') checkGlobs(value, from?.as ?? name);
    const result = schemaOf(option).safeParse(option.kind === 'list' && !Array.isArray(value) ? [value] : value);
    if (!result.success) throw bad(from?.as ?? `--${name}`, result.error.issues[0]?.message ?? 'is wrong');
    checked.set(name, result.data);
  }
  refuseUnknownVariables(environment, found.transforms);
  return { get: (name) => checked.get(name), given, transforms: found.transforms };
}

const fileTransform = z.strictObject({
  name: z.string(),
  options: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number(), z.boolean()]))]),
    )
    .default({}),
  glob: z.string().optional(),
});

/** In the short form of the flag, or in the file also spelt out: name, options, glob. */
function transformsOf({ value, as }: Given): TransformSetting[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item === 'string') return parseTransform(item);
    const result = fileTransform.safeParse(item);
    if (!result.success) {
      const issue = result.error.issues[0];
      throw bad(
        as,
        `a transform is NAME:OPTION=VALUE@GLOB, or name, options and glob (${issue?.path.join('.')}: ${issue?.message})`,
      );
    }
    const { name, options, glob } = result.data;
    const texts = Object.entries(options).map(([key, each]) => [
      key,
      Array.isArray(each) ? each.map(String) : String(each),
    ]);
    return { name, options: Object.fromEntries(texts), glob };
  });
}

function endpoint(values: Values, { environment }: Input, role: 'source' | 'target'): Endpoint {
  const given = values.given(role);
  if (!given)
    throw bad(`--${role}`, `it is missing; give the flag, ${environmentName(role)}, or a key in the file of --config`);
  const proxy = values.given(`${role}-proxy`);
  const proxyPassword = readSecret(environment, `SYNC_TASK_${role.toUpperCase()}_PROXY_PASSWORD`);
  const location = parseLocation(String(given.value), given.as);
  const credentials = readCredentials(environment, role, {
    insecureIgnoreHostKey: values.get(`${role}-insecure-ignore-host-key`),
    identitiesOnly: values.get(`${role}-identities-only`),
  });
  const jump = values.given(`${role}-jump`);
  refuseUnused(values, role, location);
  const variable = (name: string) =>
    readSecret(environment, `SYNC_TASK_${role.toUpperCase()}_${name}`) ?? readSecret(environment, name);
  const through = proxy && parseProxy(String(proxy.value), proxy.as, proxyPassword);
  const hop = { role, user: location.user, credentials: readJumpCredentials(environment, role, credentials) };
  return {
    location,
    ...(jump ? { jumps: parseJumps(String(jump.value), { ...hop, as: jump.as }) } : {}),
    ...(through ? { proxy: through } : {}),
    ...(clouds.includes(location.scheme) ? { proxyTo: through ? () => through : proxyEnvironment(variable) } : {}),
    legacyAlgorithms: values.get(`${role}-legacy-algorithms`),
    variable,
    ...(role === 'target'
      ? {
          content: {
            contentType: values.get('target-content-type'),
            cacheControl: values.get('target-cache-control'),
            metadata: values.get('target-metadata'),
          },
          s3: {
            storageClass: values.get('target-s3-storage-class'),
            encryption: values.get('target-s3-encryption'),
            tags: values.get('target-s3-tags'),
          },
        }
      : {}),
    credentials,
  };
}

function common(
  values: Values,
  { environment }: Input,
  source: Endpoint | undefined,
  target: Endpoint | undefined,
): CommonSettings {
  const given: string | undefined = values.get('pipeline');
  const names = given === undefined && source && target ? namesOf(source, target) : { pipeline: given ?? '' };
  return {
    ...stateOf(values, environment, names.pipeline),
    statePassword: readSecret(environment, 'SYNC_TASK_STATE_PASSWORD'),
    waitMs: values.get('wait') ?? 0,
    traceId: traceIdOf(values.given('trace-id'), environment),
    ...names,
  };
}

function stateOf(
  values: Values,
  environment: Environment,
  pipeline: string,
): Pick<CommonSettings, 'state' | 'formerStates'> {
  const given = values.given('state');
  if (given) return { state: checkStateUrl(values.get('state'), given.as) };
  const { file, formerly } = defaultState(pipeline, environment);
  return { state: `sqlite:${file}`, formerStates: formerly };
}

/** Readable, and different for any two pairs of places: the URLs, and the service where it is not the only one of its kind. */
function namesOf(source: Endpoint, target: Endpoint): Pick<CommonSettings, 'pipeline' | 'formerPipeline' | 'places'> {
  const [from, to] = [source.location.label, target.location.label];
  const services = [source, target].map(({ location, variable }) => serviceBeside(location, variable));
  const places = { source: placeOf(source), target: placeOf(target) };
  const former = pipelineName(from, to, '');
  if (services.every((service) => service === undefined)) return { pipeline: former, places };
  return { pipeline: pipelineName(from, to, `\n${services.join('\n')}`), formerPipeline: former, places };
}

function pipelineName(source: string, target: string, beside: string): string {
  const hash = createHash('sha256').update(`${source}\n${target}${beside}`).digest('hex').slice(0, 8);
  const words = (label: string) =>
    label
      .replace(/^[a-z]+:\/\/([^@/]*@)?/, '')
      .replace(/[^A-Za-z0-9.]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40);
  return `${words(source)}--${words(target)}--${hash}`;
}

/** What can only be a slip, and would match nothing without a word. */
function checkGlobs(value: unknown, as: string): void {
  for (const glob of [value].flat().map(String)) {
    const bare = glob.replace(/\\./g, '').replace(/\{[^{}]*\}/g, '');
    if (bare.split(',').filter((part) => part.includes('*')).length > 1) {
      throw bad(
        as,
        `a comma separates nothing in a glob; give it once for each, or write {a,b} (${JSON.stringify(glob)})`,
      );
    }
    if (bare.replace(/\[[^\]]+\]/g, '').includes('[')) {
      throw bad(as, `"[" is never closed in ${JSON.stringify(glob)}; a plain one is written "\\["`);
    }
  }
}

function bad(as: string, message: string): SyncError {
  return new SyncError(`${as}: ${message}`, { kind: 'usage', reason: 'bad-option' });
}
