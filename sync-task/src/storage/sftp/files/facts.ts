/**
 * What stands at a name: its kind, size and time. Servers may leave any of it out (draft-ietf-secsh-filexfer-02 section 5), so
 * what a listing does not tell is asked for: LSTAT, the "ls -l" line, whether it opens as a folder, FSTAT of the open file, and in the
 * end where its bytes end. Only what is a file for certain is opened as one where anything tells.
 */

import type { Connections } from '../pool/connections.ts';
import { closeHandle, openHandle } from '../pool/handles.ts';
import { turns } from '../pool/turns.ts';
import type { DirectoryPage, SftpChannel } from '../protocol/channel.ts';
import { type Attributes, type Field, noAttributes, openFlag, request } from '../protocol/packet.ts';
import { isStatus, missing, SftpStatus } from '../protocol/sftp-errors.ts';

export type Kind = 'file' | 'folder' | 'link' | 'special';

export interface Facts {
  readonly kind: Kind;
  readonly size: number;
  /** Undefined: nobody tells. */
  readonly mtimeMs: number | undefined;
}

/** `listing`: what is asked first, which is LSTAT where one name alone is looked at. */
export type Teller = 'listing' | 'LSTAT' | 'FSTAT' | 'reading' | 'nobody';

export interface FactFinder {
  /** What a listing told, where that is all; else undefined. */
  told(told: Attributes, longName: Buffer): Facts | undefined;
  /**
   * Undefined: nothing stands there any more. Throws `SftpStatus` where the server won't say what it is.
   * @param told by a listing, where it was not all. Its folder holds a handle, so no other one is waited for.
   */
  find(remote: Buffer, told?: DirectoryPage): Promise<Facts | undefined>;
  /** The same for who holds no handle, and may wait for one. */
  findPatiently(remote: Buffer, told: DirectoryPage): Promise<Facts | undefined>;
  /** Its kind alone, which costs less where sizes are not told. */
  kind(remote: Buffer): Promise<Kind | undefined>;
  /** Who told what, the least willing so far. */
  readonly tellers: { readonly [fact in 'type' | 'size' | 'time']: Teller | undefined };
}

/** File type bits of `st_mode` (POSIX sys/stat.h). */
const TYPE_MASK = 0o170000;
const kinds: ReadonlyMap<number, Kind> = new Map([
  [0o040000, 'folder'],
  [0o100000, 'file'],
  [0o120000, 'link'],
]);
const TYPE_FILE = 0o100000;
/** The first letter of "ls -l"; any other is a device, a pipe or the like. */
const letters: Readonly<Record<string, Kind>> = { d: 'folder', '-': 'file', l: 'link' };
const LS_LINE = /^([-dlbcpsDCMn])[-r][-w][-xsStT][-r][-w][-xsStT][-r][-w][-xsStT]/;

/** Undefined where the mode has no type. */
export function kindOf(mode: number | undefined): Kind | undefined {
  const type = (mode ?? 0) & TYPE_MASK;
  return type === 0 ? undefined : (kinds.get(type) ?? 'special');
}

function kindOfLine(longName: Buffer | undefined): Kind | undefined {
  const letter = longName?.toString('latin1', 0, 10).match(LS_LINE)?.[1];
  return letter === undefined ? undefined : (letters[letter] ?? 'special');
}

/** Undefined where any of it is missing. */
function wholeFacts(told: Attributes, longName?: Buffer): Facts | undefined {
  const kind = kindOf(told.mode) ?? kindOfLine(longName);
  if (kind === undefined) return undefined;
  if (kind === 'file' && (told.size === undefined || told.mtimeMs === undefined)) return undefined;
  return { kind, size: told.size ?? 0, mtimeMs: told.mtimeMs };
}

/** OPEN or OPENDIR. */
type Opener = (
  type: number,
  fields: readonly Field[],
) => Promise<{ readonly channel: SftpChannel; readonly handle: Buffer; close(): Promise<void> }>;

/** Of names that are asked about, each of which may need a handle beside those of the transfers. */
const AT_ONCE = 16;
const tellerOrder: readonly Teller[] = ['listing', 'LSTAT', 'FSTAT', 'reading', 'nobody'];

export function factFinder(connections: Connections): FactFinder {
  const tellers: { [fact in 'type' | 'size' | 'time']: Teller | undefined } = {
    type: undefined,
    size: undefined,
    time: undefined,
  };
  const turn = turns(AT_ONCE);

  function note(fact: 'type' | 'size' | 'time', teller: Teller): void {
    const before = tellers[fact];
    if (before === undefined || tellerOrder.indexOf(teller) > tellerOrder.indexOf(before)) tellers[fact] = teller;
  }

  function whole(told: Attributes, longName: Buffer | undefined, teller: Teller): Facts | undefined {
    const facts = wholeFacts(told, longName);
    if (!facts) return undefined;
    note('type', teller);
    if (facts.kind !== 'file') return facts;
    note('size', teller);
    note('time', teller);
    return facts;
  }

  /** By the handle of what nobody calls anything but a file. */
  async function look(open: Opener, remote: Buffer, told: Attributes): Promise<Facts> {
    const opened = await open(request.open, [remote, openFlag.read, noAttributes]).catch((error: unknown) => {
      // Who may not read it is told so when it is to be read.
      if (error instanceof SftpStatus && kindOf(told.mode) !== undefined && told.size !== undefined) return undefined;
      throw error;
    });
    if (!opened) return { kind: 'file', size: told.size ?? 0, mtimeMs: told.mtimeMs };
    const { channel, handle, close } = opened;
    try {
      const now = merged(told, (await channel.attributes(request.fstat, [handle]).catch(refused)) ?? noneTold);
      // A folder opens as a file at some servers, and can't be read.
      if (kindOf(told.mode) === undefined) await channel.read(handle, 0, Buffer.alloc(1));
      note('type', kindOf(told.mode) === undefined ? 'reading' : 'LSTAT');
      note('size', told.size !== undefined ? 'LSTAT' : now.size !== undefined ? 'FSTAT' : 'reading');
      note('time', told.mtimeMs !== undefined ? 'LSTAT' : now.mtimeMs !== undefined ? 'FSTAT' : 'nobody');
      return { kind: 'file', size: now.size ?? (await endOf(channel, handle)), mtimeMs: now.mtimeMs };
    } finally {
      await close().catch(() => undefined); // read from alone
    }
  }

  async function find(remote: Buffer, opener: Opener, told?: DirectoryPage): Promise<Facts | undefined> {
    const channel = await connections.pick();
    const asked = await lstat(channel, remote);
    if (!asked) return undefined;
    const known = told ? merged(asked, told.attributes) : asked;
    const complete = whole(known, told?.longName, told ? 'LSTAT' : 'listing');
    if (complete) return complete;
    const kind = kindOf(known.mode) ?? kindOfLine(told?.longName) ?? (await otherThanFile(channel, opener, remote));
    if (kind !== undefined && kind !== 'file') {
      note('type', kindOf(known.mode) === undefined ? 'reading' : 'LSTAT');
      return { kind, size: known.size ?? 0, mtimeMs: known.mtimeMs };
    }
    return look(opener, remote, { ...known, mode: kind === 'file' ? (known.mode ?? 0) | TYPE_FILE : undefined });
  }

  /** Beside those that may be open: where it is refused, whoever asked comes again. */
  const openNow: Opener = async (type, fields) => {
    const channel = await connections.pick();
    const handle = await channel.handle(type, fields);
    return { channel, handle, close: () => channel.command(request.close, [handle]) };
  };
  const openInTurn: Opener = async (type, fields) => {
    const opened = await openHandle(connections, (channel) => channel.handle(type, fields));
    return { ...opened, close: () => closeHandle(opened) };
  };

  return {
    tellers,
    told: (told, longName) => whole(told, longName, 'listing'),
    find: (remote, told) => turn(() => find(remote, openNow, told)),
    findPatiently: (remote, told) => find(remote, openInTurn, told),
    async kind(remote) {
      const channel = await connections.pick();
      const asked = await lstat(channel, remote);
      return asked && (kindOf(asked.mode) ?? (await turn(() => otherThanFile(channel, openNow, remote))) ?? 'file');
    },
  };
}

export const noneTold: Attributes = { size: undefined, mode: undefined, atimeMs: undefined, mtimeMs: undefined };

function merged(first: Attributes, second: Attributes): Attributes {
  return {
    size: first.size ?? second.size,
    mode: kindOf(first.mode) === undefined ? (second.mode ?? first.mode) : first.mode,
    atimeMs: first.atimeMs ?? second.atimeMs,
    mtimeMs: first.mtimeMs ?? second.mtimeMs,
  };
}

/** Where the mode has no type: what has a destination is a link, what opens as a folder is one. */
async function otherThanFile(channel: SftpChannel, open: Opener, remote: Buffer): Promise<Kind | undefined> {
  if (await channel.readlink(remote).catch(refused)) return 'link';
  const folder = await open(request.opendir, [remote]).catch(refused);
  await folder?.close().catch(refused);
  return folder && 'folder';
}

/** Links are followed. */
export async function opensAsFolder(channel: SftpChannel, remote: Buffer): Promise<boolean> {
  const folder = await channel.handle(request.opendir, [remote]).catch(refused);
  if (folder) await channel.command(request.close, [folder]).catch(refused);
  return folder !== undefined;
}

function refused(error: unknown): undefined {
  if (error instanceof SftpStatus) return undefined;
  throw error;
}

async function lstat(channel: SftpChannel, remote: Buffer): Promise<Attributes | undefined> {
  return channel.attributes(request.lstat, [remote]).catch((error: unknown) => {
    if (isStatus(error, ...missing)) return undefined;
    throw error;
  });
}

const FIRST_STEP_BYTES = 64 * 1024;

/** The size of an open file, by reading single bytes: some forty of them for a file of any size. */
export async function endOf(channel: SftpChannel, handle: Buffer, likely?: number): Promise<number> {
  const byte = Buffer.alloc(1);
  const stands = async (offset: number) => {
    try {
      return (await channel.read(handle, offset, byte)) > 0;
    } catch (error) {
      if (error instanceof SftpStatus && offset > 0) return false; // some don't call it the end
      throw error;
    }
  };
  if (likely !== undefined && !(await stands(likely)) && (likely === 0 || (await stands(likely - 1)))) return likely;
  if (!(await stands(0))) return 0;
  let low = 0;
  let high = FIRST_STEP_BYTES;
  while (high < Number.MAX_SAFE_INTEGER / 2 && (await stands(high))) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await stands(middle)) low = middle;
    else high = middle;
  }
  return high;
}
