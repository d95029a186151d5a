/** The beginning and the end of a draft's file, whoever fills it. */
import type { FinishedDraft } from '../storage.ts';
import type { SftpChannel } from './channel.ts';
import type { Connections } from './connections.ts';
import type { OpenHandle, OpenOn } from './handles.ts';
import { type Attributes, noAttributes, openFlag, request, status, timesAttribute } from './packet.ts';
import { isStatus, missing, SftpStatus } from './sftp-errors.ts';

export interface DraftFile {
  readonly connections: Connections;
  /** Of the draft, not of the file it will be. */
  readonly remotePath: Buffer;
  /** Where to go on in a draft that stands; undefined: it is created. */
  readonly start: number | undefined;
  readonly mtimeMs: number;
  readonly fsync: boolean;
  readonly signal: AbortSignal;
  /** Says that another one of this name stands. */
  exists(): Error;
  /** Called once it is closed. */
  closed(): void;
  /** Turns a server's refusal into an error for the user. */
  explain(error: unknown): Promise<unknown>;
}

/** Creates it, or opens what stands; throws the server's plain status, so that the caller can make a missing folder. */
export function openDraft(file: DraftFile): OpenOn {
  const create = openFlag.write | openFlag.create | openFlag.exclusive;
  return async (channel, how) => {
    const creates = how !== 'again' && file.start === undefined;
    if (creates && how === 'refused') await removeEmpty(channel, file);
    return channel.handle(request.open, [file.remotePath, creates ? create : openFlag.write, noAttributes]);
  };
}

/**
 * A server may have made the file before it found that it has no handle for it. Where anything stands in it the refusal was
 * about that: it is another's.
 */
async function removeEmpty(channel: SftpChannel, { remotePath, exists }: DraftFile): Promise<void> {
  const standing = await channel.attributes(request.lstat, [remotePath]).catch((error: unknown) => {
    if (error instanceof SftpStatus) return undefined;
    throw error;
  });
  if (standing === undefined) return;
  if (standing.size !== 0) throw exists();
  await channel.command(request.remove, [remotePath]);
}

const fsync = Buffer.from('fsync@openssh.com');

/** Forces it to disk, where the server can. */
export async function flushFile({ channel, handle }: OpenHandle): Promise<void> {
  if (channel.extensions.has('fsync@openssh.com')) await channel.command(request.extended, [fsync, handle]);
}

export interface Ending {
  /** What was written to it, whole or not: the size where the server tells none. */
  readonly bytes: number;
  /** Requests that are under way; they leave what went wrong with them in `failure`. */
  readonly sent: Iterable<Promise<unknown>>;
  failure(): { readonly error: unknown } | undefined;
  close(): Promise<void>;
}

/** Times, fsync, FSTAT and CLOSE leave together, behind what was sent on the same handle. */
export async function endDraft(file: DraftFile, at: OpenHandle, ending: Ending): Promise<FinishedDraft> {
  const { channel, handle } = at;
  const times = channel.command(request.fsetstat, [handle, timesAttribute(file.mtimeMs)]).then(
    () => true,
    (error: unknown) => refused(error),
  );
  const flushed = file.fsync ? flushFile(at) : undefined;
  const attributes = channel.attributes(request.fstat, [handle]);
  const done = await Promise.allSettled([times, flushed, attributes, ending.close(), ...ending.sent]);
  const failed = done.find((result) => result.status === 'rejected');
  const failure = ending.failure();
  if (failure || failed) throw await file.explain(failure ? failure.error : failed?.reason);
  return finished(file, await times, await attributes, ending.bytes);
}

export async function removeDraft({ connections, remotePath }: DraftFile): Promise<void> {
  const channel = await connections.pick();
  await channel.command(request.remove, [remotePath]).catch((error: unknown) => {
    if (!isStatus(error, ...missing)) throw error;
  });
}

/** False for a server that won't set times; anything else is a failure. */
function refused(error: unknown): false {
  if (isStatus(error, status.unsupported, status.permissionDenied, status.failure)) return false;
  throw error;
}

/** Some servers set times by path alone, once the file is closed. */
async function finished(
  file: DraftFile,
  kept: boolean,
  attributes: Attributes,
  written: number,
): Promise<FinishedDraft> {
  let mtimeKept = kept;
  let now = attributes;
  if (!kept) {
    const channel = await file.connections.pick();
    mtimeKept = await channel.command(request.setstat, [file.remotePath, timesAttribute(file.mtimeMs)]).then(
      () => true,
      (error: unknown) => refused(error),
    );
    now = await channel.attributes(request.lstat, [file.remotePath]);
  }
  // A server that reports no size cannot contradict what it acknowledged.
  return { size: now.size ?? written, mtimeMs: now.mtimeMs ?? 0, mtimeKept };
}
