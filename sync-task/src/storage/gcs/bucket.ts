/** One bucket of Google Cloud Storage: what every request to it needs, and what stands in it. */
import type { ByteBudget } from '../budget.ts';
import { byteBudget } from '../budget.ts';
import type { Agents } from '../objects/agents.ts';
import { type Describe, describing } from '../objects/description.ts';
import { type KeySpace, keySpace } from '../objects/keys.ts';
import { draftOf, mtimeOf } from '../objects/metadata.ts';
import { type Ask, webRequests } from '../objects/web-request.ts';
import type { StoredFile } from '../storage.ts';
import type { OpenOptions } from '../storage-module.ts';
import { type GcsApi, type GcsObject, gcsApi } from './gcs-api.ts';
import { tokenSource } from './gcs-auth.ts';

export const MTIME_STEP_MS = 1;

export interface GcsBucket {
  readonly label: string;
  readonly api: GcsApi;
  readonly send: Ask;
  readonly keys: KeySpace;
  readonly describe: Describe;
  readonly timeoutMs: number;
  /** Of what was read and not yet taken. */
  readonly reading: ByteBudget;
  /** Of what was written and not yet acknowledged. */
  readonly writing: ByteBudget;
  /** The whole of each budget. */
  readonly budgetBytes: number;
}

export interface ObjectFound extends StoredFile {
  /** Its generation. */
  readonly etag: string;
  /** The mark of the draft that it was. */
  readonly draft: string | undefined;
}

/** Sends nothing yet. Throws `usage` where the credentials of this side cannot be used. */
export function openBucket(options: OpenOptions, agents: Agents): GcsBucket {
  const { location, variable, content } = options.endpoint;
  const timeoutMs = options.settings.idleTimeoutMs;
  const emulator = variable('STORAGE_EMULATOR_HOST');
  const send = webRequests(agents);
  const auth = emulator === undefined ? tokenSource(options, agents) : undefined;
  const budgetBytes = Math.floor(options.settings.bufferBytes / 2);
  return {
    label: location.label,
    api: gcsApi({ send, bucket: location.host, auth, emulator, timeoutMs }),
    send,
    keys: keySpace(location.path),
    describe: describing(content),
    timeoutMs,
    reading: byteBudget(budgetBytes),
    writing: byteBudget(budgetBytes),
    budgetBytes,
  };
}

/** Undefined where nothing stands. Throws the service's plain error. */
export async function look({ api }: GcsBucket, name: string, signal?: AbortSignal): Promise<ObjectFound | undefined> {
  const found = await api.describe(name, signal);
  return found && { kind: 'file', ...versionOf(found) };
}

export function versionOf({ size, generation, updated, metadata }: GcsObject): Omit<ObjectFound, 'kind'> {
  return {
    size: Number(size ?? 0),
    mtimeMs: mtimeOf(metadata, Date.parse(updated ?? ''), MTIME_STEP_MS),
    etag: generation ?? '0',
    draft: draftOf(metadata),
  };
}
