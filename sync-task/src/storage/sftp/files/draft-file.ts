/** Opens and completes the file of a draft, however it is filled. */
import type { FinishedDraft, MayWrite } from '../../storage.ts';
import type { Connections } from '../pool/connections.ts';
import type { OpenHandle, OpenOn } from '../pool/handles.ts';
import type { SftpChannel } from '../protocol/channel.ts';
import {
  type Attributes,
  noAttributes,
  openFlag,
  request,
  status,
  timesAttribute,
  wholeSeconds,
} from '../protocol/packet.ts';
import { isStatus, missing, SftpStatus } from '../protocol/sftp-errors.ts';
import { endOf, noneTold } from './facts.ts';

export interface DraftFile {
  readonly connections: Connections;
  /** Of the draft; of the file it will be where it is written in place. */
  readonly remotePath: Buffer;
  /** Under the final name: `new` where nothing may stand there, else over what does. */
  readonly inPlace?: 'new' | 'over' | undefined;
  /** Where to go on in a draft that stands; undefined: it is created. */
  readonly start: number | undefined;
  readonly mtimeMs: number;
  readonly fsync: boolean;
  readonly mayWrite?: MayWrite | undefined;
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
  const create = openFlag.write | openFlag.create | (file.inPlace === 'over' ? openFlag.truncate : openFlag.exclusive);
  return async (channel, how) => {
    const creates = how !== 'again' && file.start === undefined;
    if (creates && how === 'refused' && !file.inPlace) await removeEmpty(channel, file);
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

/**
 * Times, fsync, FSTAT and CLOSE, behind what was sent on the same handle: together where the server keeps their order. What then
 * contradicts it is asked again.
 */
export async function endDraft(file: DraftFile, at: OpenHandle, ending: Ending): Promise<FinishedDraft> {
  const { order } = file.connections;
  await file.mayWrite?.();
  // Under the final name its time says that all of it was acknowledged: so it is set behind that.
  if (!order.isKept || file.inPlace) return endInTurn(file, at, ending);
  const { channel, handle } = at;
  const times = setTimes(file, at);
  const flushed = file.fsync ? flushFile(at) : undefined;
  const attributes = channel.attributes(request.fstat, [handle]);
  const done = await Promise.allSettled([times, flushed, attributes, ending.close(), ...ending.sent]);
  const failed = done.find((result) => result.status === 'rejected');
  const failure = ending.failure();
  if (failure || failed) throw await file.explain(failure ? failure.error : failed?.reason);
  const told = await attributes;
  if (!(await times)) return byPath(file, ending.bytes);
  const sizeFits = told.size === undefined || told.size === ending.bytes;
  if (isWhole(told) && sizeFits && (keptTime(file, told) || !order.timesMend))
    return finished(told, true, ending.bytes);
  const now = await byPath(file, ending.bytes, told);
  if (!sizeFits && now.size === ending.bytes) order.contradict('a size was told before all bytes were written');
  return now;
}

/** Each waits for what was asked before: the server carries out requests side by side. Whatever was sent has been acknowledged. */
async function endInTurn(file: DraftFile, at: OpenHandle, ending: Ending): Promise<FinishedDraft> {
  try {
    await Promise.all(ending.sent);
    const failure = ending.failure();
    if (failure) throw failure.error;
    await file.mayWrite?.();
    const kept = await setTimes(file, at);
    if (file.fsync) await flushFile(at);
    const told = await at.channel.attributes(request.fstat, [at.handle]);
    await ending.close();
    const closed = kept && isWhole(told) && (await keepsTimes(file, told));
    return closed ? finished(told, true, ending.bytes) : await byPath(file, ending.bytes, kept ? told : undefined);
  } catch (error) {
    await ending.close().catch(() => undefined); // the error under way says more
    throw await file.explain(error);
  }
}

/**
 * Some servers give a file the time of its closing. Learnt from the first file whose own time can't be mistaken for that.
 */
async function keepsTimes(file: DraftFile, told: Attributes): Promise<boolean> {
  const { order, pick } = file.connections;
  if (!keptTime(file, told)) return !order.timesMend;
  if (order.keepsTimes === undefined && Math.abs(Date.now() - file.mtimeMs) > TELLING_MS) {
    const channel = await pick();
    const now = await channel.attributes(request.lstat, [file.remotePath]).catch(unlessMissing);
    if (now) order.keepsTimes = keptTime(file, now);
  }
  return order.keepsTimes !== false;
}

/** Some servers show a file only a while after it is closed: then nothing is learnt from it. */
function unlessMissing(error: unknown): undefined {
  if (!isStatus(error, ...missing)) throw error;
}

/** Clocks differ, but seldom by so much. */
const TELLING_MS = 24 * 3600 * 1000;

/** True too where the server reports no time. */
const keptTime = ({ mtimeMs }: DraftFile, told: Attributes) =>
  told.mtimeMs === undefined || told.mtimeMs === wholeSeconds(mtimeMs) * 1000;

function setTimes(file: DraftFile, { channel, handle }: OpenHandle): Promise<boolean> {
  return channel.command(request.fsetstat, [handle, timesAttribute(file.mtimeMs)]).then(() => true, refused);
}

/**
 * Some servers set times by path alone, once the file is closed.
 * @param told by the open file, whose times the server said it had set
 */
async function byPath(file: DraftFile, written: number, told?: Attributes): Promise<FinishedDraft> {
  if (!file.inPlace) return setByPath(file, written, told);
  return setByPath(file, written, told).catch((error: unknown) => {
    unlessMissing(error); // taken away as soon as it was closed
    return finished(told ?? noneTold, false, written);
  });
}

async function setByPath(file: DraftFile, written: number, told?: Attributes): Promise<FinishedDraft> {
  const { connections, remotePath, mtimeMs } = file;
  const channel = await connections.pick();
  await file.mayWrite?.();
  const kept = await channel.command(request.setstat, [remotePath, timesAttribute(mtimeMs)]).then(() => true, refused);
  const asked = await channel.attributes(request.lstat, [remotePath]);
  const now = { ...asked, size: asked.size ?? (await sizeByReading(channel, remotePath, written)) };
  if (told && !keptTime(file, told) && now.mtimeMs === told.mtimeMs) connections.order.timesMend = false;
  // Set by the handle, where it shows.
  return finished(now, kept || (told !== undefined && now.mtimeMs !== undefined && keptTime(file, now)), written);
}

/**
 * The half of a file in place, while it is open: only where what stands there looks like it, and the lease holds. What is closed is
 * whole, or its connection is lost, and nobody can tell whose it is.
 */
export async function removeHalf(file: DraftFile, { channel, handle }: OpenHandle): Promise<void> {
  await file.mayWrite?.();
  const own = await channel.attributes(request.fstat, [handle]);
  const standing = await channel.attributes(request.lstat, [file.remotePath]);
  if (own.size !== undefined && own.size === standing.size) await channel.command(request.remove, [file.remotePath]);
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

const isWhole = ({ size, mtimeMs }: Attributes) => size !== undefined && mtimeMs !== undefined;

/** For servers that tell no sizes: undefined where it may not be read either. */
async function sizeByReading(channel: SftpChannel, remote: Buffer, written: number): Promise<number | undefined> {
  try {
    const handle = await channel.handle(request.open, [remote, openFlag.read, noAttributes]);
    return await endOf(channel, handle, written).finally(() => channel.command(request.close, [handle]));
  } catch (error) {
    if (error instanceof SftpStatus) return undefined;
    throw error;
  }
}

/** A server that lets no size be found out cannot contradict what it acknowledged; a time that nobody tells is not kept. */
function finished(told: Attributes, kept: boolean, written: number): FinishedDraft {
  const mtimeKept = kept && told.mtimeMs !== undefined;
  return { size: told.size ?? written, mtimeMs: told.mtimeMs ?? 0, mtimeKept };
}
