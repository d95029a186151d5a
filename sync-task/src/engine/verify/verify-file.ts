/**
 * Is one published file still what was published, and its source what was read? The state's record is the measure: sizes
 * and times, or the digests of what was read and written, which hold through any transform.
 */
import { SyncError } from '../../base/errors.ts';
import type { ContentDigest, FileVersion } from '../../base/model.ts';
import type { FileRecord } from '../../state/state.ts';
import type { StoredFile } from '../../storage/storage.ts';
import type { Chain } from '../../transform/chain/chain.ts';
import type { Context } from '../context.ts';
import type { Finding } from '../result/result.ts';
import { compareContent, contentDigest } from '../transfer/content-digest.ts';
import { readIntent } from '../transfer/intent.ts';

export interface Look {
  readonly context: Context;
  readonly chain: Chain;
  /** Bytes read, or hashed by the server. */
  onBytes(count: number, how: 'read' | 'asked'): void;
}

export interface Verdict {
  readonly finding: Finding;
  /** For people; empty for `ok`. */
  readonly message: string;
  readonly source: SourceState;
  /** Whether anything stands at its target path. */
  readonly stands: boolean;
}

/** `same`: by size and time. `proved`: its content too. */
export type SourceState = 'same' | 'proved' | 'differs' | 'changed' | 'gone';

interface Part {
  readonly finding: Finding;
  readonly message: string;
}

const fine: Part = { finding: 'ok', message: '' };

/** Throws the servers' errors; a file that changes meanwhile is none. */
export async function verifyFile(look: Look, record: FileRecord): Promise<Verdict> {
  const { source, target } = look.context;
  const { path } = record;
  const undecided = whyUndecided(record);
  if (undecided) return { ...unverifiable(undecided), source: 'same', stands: true };
  const targetPath = targetPathOf(record, look.chain);
  if (targetPath === undefined) {
    const message = 'its transforms are others than when it was copied, so its place is not known; give the same ones';
    return { ...unverifiable(message), source: 'same', stands: true };
  }
  const [found, origin] = await Promise.all([target.stat(targetPath), source.stat(path)]);
  const [there, here] = await Promise.all([
    lookAtTarget(look, record, targetPath, found),
    lookAtSource(look, record, origin),
  ]);
  const stands = found !== undefined;
  const { state } = here;
  // What is wrong at the target is worth more than what became of the source.
  const part = isDifference(there.finding) || here.finding === 'ok' ? there : here;
  const message =
    part === there && state === 'gone' && isDifference(there.finding)
      ? `${there.message}, and its source is gone`
      : part.message;
  return { finding: part.finding, message, source: state, stands };
}

/** Whether the finding makes the verification fail. */
export function isDifference(finding: Finding): boolean {
  return finding === 'source-differs' || finding === 'missing' || /^(size|time|content)-differs$/.test(finding);
}

/** Whether the source still holds what was copied, by its content where that was recorded. */
export async function proveSource(look: Look, record: FileRecord): Promise<SourceState> {
  const origin = await look.context.source.stat(record.path);
  const state = sourceState(record, origin);
  const recorded = sourceDigestOf(record);
  if (state !== 'same' || !recorded) return state;
  const { context, onBytes } = look;
  const options = { expected: versionOf(record), signal: context.signal, onBytes };
  const compared = await unlessChanged(() => compareContent(context.source, record.path, recorded, options));
  if (!compared) return 'changed';
  return compared.value === undefined ? 'proved' : 'differs';
}

function whyUndecided({ held, intent }: FileRecord): string | undefined {
  if (held) return 'another worker is copying it now';
  const written = readIntent(intent);
  if (written?.stage !== 'publishing' && !written?.unrecorded) return undefined;
  return 'a run that broke off left it undecided; run sync first';
}

/** Where it was published; undefined where that is not known. */
export function targetPathOf(record: FileRecord, chain: Chain): string | undefined {
  if (record.targetPath !== undefined) return record.targetPath;
  if (record.chain === '') return record.path;
  return record.chain === chain.key(record.path) ? chain.targetPath(record.path) : undefined;
}

async function lookAtTarget(
  look: Look,
  record: FileRecord,
  targetPath: string,
  found: StoredFile | undefined,
): Promise<Part> {
  const { settings, target } = look.context;
  const { targetSize, targetMtimeMs, digest } = record;
  if (!found && digest.takenAway) {
    return unverifiable('it was taken away at the target as soon as it was written, so it cannot be compared');
  }
  if (!found) return { finding: 'missing', message: 'it is missing at the target: somebody has taken it away since' };
  if (found.kind !== 'file') return { finding: 'missing', message: `a ${wordFor(found.kind)} stands in its place` };
  if (found.size !== targetSize) {
    return { finding: 'size-differs', message: `it has ${found.size} bytes at the target, ${targetSize} were written` };
  }
  if (settings.checksum === 'none') {
    const stepMs = target.capabilities.mtimeStepMs;
    if (targetMtimeMs === undefined || sameTime(found.mtimeMs, targetMtimeMs, stepMs)) return fine;
    const [is, was] = [found.mtimeMs, targetMtimeMs].map((ms) => new Date(ms).toISOString());
    return {
      finding: 'time-differs',
      message: `it was modified at the target: its time is ${is}, not ${was} (--checksum target looks at its content)`,
    };
  }
  const recorded = digest.segments.length > 0 ? digest : await adoptedDigest(look, record);
  if (!recorded) {
    const level = settings.checksum === 'both' ? '' : '; --checksum both compares it with its source';
    return unverifiable(`its content was never seen here (it was adopted, or its server copied it)${level}`);
  }
  const options = { expected: versionOf(found), signal: look.context.signal, onBytes: look.onBytes };
  const compared = await unlessChanged(() => compareContent(target, targetPath, recorded, options));
  if (!compared) return unverifiable('it changes at the target right now');
  if (compared.value === undefined) return fine;
  const from = compared.value * recorded.segmentBytes;
  const to = Math.min(from + recorded.segmentBytes, targetSize) - 1;
  return {
    finding: 'content-differs',
    message: `it has the same size at the target, but other bytes (the first between ${from} and ${to})`,
  };
}

/** An adopted file has no digest; that of its source is as good, where nothing changed it on the way. */
async function adoptedDigest({ context, onBytes }: Look, record: FileRecord): Promise<ContentDigest | undefined> {
  const { settings, source, signal } = context;
  if (settings.checksum !== 'both' || record.chain !== '') return undefined;
  const expected = versionOf(record);
  const options = { expected, segmentBytes: settings.checkpointBytes, byReading: true, signal, onBytes };
  return (await unlessChanged(() => contentDigest(source, record.path, options)))?.value.digest;
}

async function lookAtSource(
  look: Look,
  record: FileRecord,
  origin: StoredFile | undefined,
): Promise<Part & { readonly state: SourceState }> {
  const { settings } = look.context;
  const listed = sourceState(record, origin);
  if (listed === 'same' && settings.checksum === 'both' && record.digest.segments.length > 0) {
    if (!sourceDigestOf(record)) {
      return {
        ...unverifiable('the content of its source was not recorded; its target is as recorded'),
        state: listed,
      };
    }
    const state = await proveSource(look, record);
    if (state === 'differs') {
      const message =
        'its source has other content than when it was copied, though the same size and time; sync --force copies it';
      return { finding: 'source-differs', message, state };
    }
    return { ...sourcePart(state), state };
  }
  return { ...sourcePart(listed), state: listed };
}

function sourcePart(state: SourceState): Part {
  if (state === 'gone') return { finding: 'source-gone', message: 'its source is gone; the target keeps it' };
  if (state !== 'changed') return fine;
  return { finding: 'source-changed', message: 'its source has changed since; the next sync copies it' };
}

function sourceState({ size, mtimeMs }: FileRecord, origin: StoredFile | undefined): SourceState {
  if (!origin) return 'gone';
  return origin.kind === 'file' && origin.size === size && origin.mtimeMs === mtimeMs ? 'same' : 'changed';
}

function sourceDigestOf({ chain, digest, sourceDigest }: FileRecord): ContentDigest | undefined {
  const recorded = chain === '' ? digest : sourceDigest;
  return recorded && recorded.segments.length > 0 ? recorded : undefined;
}

/** Undefined where the file has changed since it was looked at. */
async function unlessChanged<T>(work: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof SyncError && error.kind === 'changed') return undefined;
    throw error;
  }
}

function versionOf({ size, mtimeMs }: FileVersion): FileVersion {
  return { size, mtimeMs };
}

function sameTime(a: number, b: number, stepMs: number): boolean {
  return Math.floor(a / stepMs) === Math.floor(b / stepMs);
}

function unverifiable(message: string): Part {
  return { finding: 'unverifiable', message };
}

function wordFor(kind: StoredFile['kind']): string {
  return kind === 'link' ? 'symbolic link' : kind === 'special' ? 'thing that is no regular file' : kind;
}
