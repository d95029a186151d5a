/**
 * The SDK's client for one bucket. The SDK finds out most settings (environment, profiles, roles of a pod or an instance); it
 * gets only what is set for one side (`SYNC_TASK_TARGET_AWS_…`) or comes from a file.
 */
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  S3Client,
  type S3ClientConfig,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { SyncError } from '../../base/errors.ts';
import { openAgents } from '../objects/agents.ts';
import type { OpenOptions } from '../storage-module.ts';

/**
 * Times that the SDK sends one request: after a 5xx or throttling answer, or none, slower and slower. It never repeats a body
 * that broke off: `around/retry.ts` does that, so that a range has two layers of retries.
 */
const ATTEMPTS = 5;
/** Some services say nothing while they put the parts of a large file together. */
const LONG_WORK_MS = 30 * 60_000;
/** Many more than are used at once: one that waits for a free one counts as one that does not answer. */
const CONNECTIONS = 256;
/** Where nobody says: any region finds a bucket's own, and compatible servers take this one. */
const USUAL_REGION = 'us-east-1';

/** Resolves without a request. Throws `usage` where what is set does not go together. */
export async function openClient(options: OpenOptions): Promise<S3Client> {
  const { endpoint, role, settings, log } = options;
  const { variable } = endpoint;
  const url = endpointOf({ endpoint });
  if (url !== undefined) checkEndpoint(url, role);
  const agents = openAgents(options, { maxSockets: settings.connections ?? CONNECTIONS }, variable('AWS_CA_BUNDLE'));
  // Its words only: whole requests and errors come with them.
  const tell = (...words: unknown[]) => {
    const text = words.filter((word) => typeof word === 'string').join(' ');
    if (text !== '') log.debug(text);
  };
  const configOf = (socketTimeout: number): S3ClientConfig => ({
    ...identity(variable, role),
    ...(url === undefined ? {} : { endpoint: url, forcePathStyle: true }),
    requestHandler: {
      connectionTimeout: settings.connectTimeoutMs,
      socketTimeout,
      httpAgent: agents.http,
      httpsAgent: agents.https,
    },
    retryMode: 'adaptive',
    maxAttempts: ATTEMPTS,
    followRegionRedirects: true,
    logger: {
      trace() {},
      debug() {},
      info() {},
      warn: tell,
      error: tell,
    },
  });
  const known = variable('AWS_REGION') ?? variable('AWS_DEFAULT_REGION') ?? (await profileRegion(configOf(0)));
  const region = known ?? USUAL_REGION;
  const quick = new S3Client({ ...configOf(settings.idleTimeoutMs), region });
  const patient = new S3Client({ ...configOf(Math.max(settings.idleTimeoutMs, LONG_WORK_MS)), region });
  // It copies every request and answer for a log that is not kept.
  quick.middlewareStack.remove('loggerMiddleware');
  return patientWhereNeeded(quick, patient);
}

/** What makes the service work for long before it answers: it puts parts together, or copies. */
const longWork = [CompleteMultipartUploadCommand, CopyObjectCommand, UploadPartCopyCommand];

function patientWhereNeeded(quick: S3Client, patient: S3Client): S3Client {
  const send = (command: unknown, ...rest: unknown[]) => {
    const client = longWork.some((long) => command instanceof long) ? patient : quick;
    return (client.send as (...args: unknown[]) => unknown).call(client, command, ...rest);
  };
  const destroy = () => {
    quick.destroy();
    patient.destroy();
  };
  return Object.create(quick, { send: { value: send }, destroy: { value: destroy } });
}

/** Undefined where no profile names one. */
async function profileRegion(config: S3ClientConfig): Promise<string | undefined> {
  const client = new S3Client(config);
  try {
    return await client.config.region();
  } catch {
    return undefined; // that none is named is no error here
  } finally {
    client.destroy();
  }
}

/** Undefined: Amazon's own, or what a profile says. */
export function endpointOf({ endpoint: { variable } }: Pick<OpenOptions, 'endpoint'>): string | undefined {
  return variable('AWS_ENDPOINT_URL_S3') ?? variable('AWS_ENDPOINT_URL');
}

/** What the SDK would not find, because it is this side's own or comes from a file. */
function identity(
  variable: OpenOptions['endpoint']['variable'],
  role: string,
): Pick<S3ClientConfig, 'credentials' | 'profile'> {
  const isOwn = (name: Parameters<typeof variable>[0]) => variable(name) !== process.env[name];
  const accessKeyId = variable('AWS_ACCESS_KEY_ID');
  const secretAccessKey = variable('AWS_SECRET_ACCESS_KEY');
  if (!isOwn('AWS_ACCESS_KEY_ID') && !isOwn('AWS_SECRET_ACCESS_KEY')) {
    const profile = isOwn('AWS_PROFILE') ? variable('AWS_PROFILE') : undefined;
    return profile === undefined ? {} : { profile };
  }
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new SyncError(`${role}: of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY only one is set; set both`, {
      kind: 'usage',
      reason: 'bad-option',
    });
  }
  // A token of the other side's key would be none of this one's.
  const sessionToken = isOwn('AWS_SESSION_TOKEN') ? variable('AWS_SESSION_TOKEN') : undefined;
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } };
}

function checkEndpoint(url: string, role: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && /^https?:$/.test(parsed.protocol) && parsed.password === '') return;
  throw new SyncError(`${role}: AWS_ENDPOINT_URL_S3 is no such URL; write https://host:port, without a password`, {
    kind: 'usage',
    reason: 'bad-url',
  });
}
