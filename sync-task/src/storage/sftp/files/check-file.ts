/**
 * `check-file-name` (draft-ietf-secsh-filexfer-extensions-00 section 3): the server hashes blocks of a file, so that nothing
 * is downloaded. ProFTPD's mod_sftp and Apache MINA have it, OpenSSH does not.
 *
 * What servers make of it: ProFTPD does not announce it in version 3, and (1.3.8) adds the offset to the length, so that
 * more blocks come than were asked for, which are right. But its hashes of blocks that are no multiple of its buffer are
 * wrong, so such blocks are not asked for. MINA writes the extension's name before the answer and a
 * length before each hash.
 */
import type { SftpChannel } from '../protocol/channel.ts';
import { type FieldReader, status } from '../protocol/packet.ts';
import { isStatus, SftpStatus } from '../protocol/sftp-errors.ts';

const REQUEST = 'check-file-name';
const ALGORITHM = 'sha256';
const HASH_BYTES = 32;
/** The draft's own bounds for a block are 256 bytes and 32 bits. */
const BLOCK_STEP_BYTES = 64 * 1024;
const LARGEST_BLOCK_BYTES = 0xffffffff;
/** Hashed by one request at most, where a segment is not larger: a server that hashes answers nothing else meanwhile. */
const RANGE_BYTES = 256 * 1024 * 1024;
/** A server that takes the offset for a part of the length is asked for no more than this. */
const LONGEST_ANSWER_BYTES = 2 * 1024 * 1024 * 1024;

/** Asked of servers alone that announce it, or announce later versions of the protocol, which it belongs to. */
export async function offersCheckFile(channel: SftpChannel): Promise<boolean> {
  const { extensions } = channel;
  if ([...extensions.keys()].some((name) => name.startsWith('check-file'))) return true;
  if (!extensions.has('versions') && !extensions.has('supported2')) return false;
  try {
    await ask(channel, Buffer.from('.'), 0, 0, BLOCK_STEP_BYTES);
    return true;
  } catch (error) {
    // A folder has no hash, and who knows the request says so in another way than who doesn't.
    if (isStatus(error, status.unsupported, status.badMessage)) return false;
    if (error instanceof SftpStatus) return true;
    throw error;
  }
}

/** SHA-256 of the file's first segments, lower-case hex; of all where the server gives all. Size and segments are in bytes. */
export async function hashSegments(
  pick: () => Promise<SftpChannel>,
  remotePath: Buffer,
  {
    size,
    segmentBytes,
    signal,
  }: { readonly size: number; readonly segmentBytes: number; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  if (segmentBytes % BLOCK_STEP_BYTES !== 0 || segmentBytes > LARGEST_BLOCK_BYTES) return [];
  const all = Math.ceil(size / segmentBytes);
  const segmentsAtOnce = Math.max(1, Math.floor(RANGE_BYTES / segmentBytes));
  const segments: string[] = [];
  let addsOffset = false;
  while (segments.length < all) {
    signal.throwIfAborted();
    const offset = segments.length * segmentBytes;
    const wanted = Math.min(segmentsAtOnce, all - segments.length);
    const length = Math.min(wanted * segmentBytes, size - offset);
    if (addsOffset && offset + length > LONGEST_ANSWER_BYTES) return segments;
    let hashes: readonly string[];
    try {
      hashes = await ask(await pick(), remotePath, offset, length, segmentBytes);
    } catch (error) {
      if (error instanceof SftpStatus) return segments; // reading the file tells what is wrong with it
      throw error;
    }
    if (hashes.length < wanted) return segments;
    addsOffset ||= hashes.length > wanted;
    segments.push(...hashes.slice(0, all - segments.length));
  }
  return segments;
}

async function ask(
  channel: SftpChannel,
  remotePath: Buffer,
  offset: number,
  length: number,
  blockBytes: number,
): Promise<readonly string[]> {
  const fields = [remotePath, Buffer.from(ALGORITHM), BigInt(offset), BigInt(length), blockBytes];
  return channel.extended(REQUEST, fields, readHashes);
}

/** None where the answer is of another algorithm or form. */
export function readHashes(answer: FieldReader): readonly string[] {
  let name = answer.bytes().toString('latin1');
  if (name === 'check-file') name = answer.bytes().toString('latin1');
  if (name !== ALGORITHM) return [];
  const bytes = answer.raw(answer.left);
  const isPrefixed = bytes.length >= 4 && bytes.length % (4 + HASH_BYTES) === 0 && bytes.readUInt32BE(0) === HASH_BYTES;
  const step = isPrefixed ? 4 + HASH_BYTES : HASH_BYTES;
  if (bytes.length % step !== 0) return [];
  const ends = Array.from({ length: bytes.length / step }, (_, index) => (index + 1) * step);
  return ends.map((end) => bytes.subarray(end - HASH_BYTES, end).toString('hex'));
}
