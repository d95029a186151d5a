/**
 * The id of a block. It holds all there is to know of its draft, so a process that finds uncommitted blocks needs nothing else:
 * whose the block is, its index, the file's time, and the draft that it resumes. All ids of a blob must have the same length,
 * 64 bytes at most.
 */
const TOKEN_DIGITS = 11;
const INDEX_DIGITS = 4;
const TIME_DIGITS = 11;
/** Makes times before 1970 positive. They are kept in seconds, as blobs keep them. */
const EARLIEST_S = 2 ** 43;

const draftPattern = /^([0-9a-f]{8})-(\d{1,16})-[0-9a-f]{16}$/;
const idPattern = /^([0-9a-f]{8}[0-9a-z]{11})([0-9a-z]{4})([0-9a-z]{11})([0-9a-f]{8}[0-9a-z]{11})([0-9a-z]{4})$/;

export interface BlockId {
  /** Of one attempt; see `ownerOf`. */
  readonly owner: string;
  /** From 1, over all blocks of the file. 0 is a mark that is never committed: it says of an empty hand-over whom it follows. */
  readonly index: number;
  readonly mtimeMs: number;
  /** Blocks 1 to `inherited` are those of this draft; the own ones where nothing is inherited. */
  readonly parent: string;
  readonly inherited: number;
}

/** What ids hold of a draft's name: not the hash of the path, which the blob's own name says. */
export function ownerOf(draft: string): string {
  const [, run = '', token = ''] = draftPattern.exec(draft) ?? [];
  return `${run}${digits(Number(token), TOKEN_DIGITS)}`;
}

export function encodeBlockId({ owner, index, mtimeMs, parent, inherited }: BlockId): string {
  const time = digits(Math.floor(mtimeMs / 1000) + EARLIEST_S, TIME_DIGITS);
  const text = `${owner}${digits(index, INDEX_DIGITS)}${time}${parent}${digits(inherited, INDEX_DIGITS)}`;
  return Buffer.from(text).toString('base64');
}

/** Undefined for blocks of other programs. */
export function decodeBlockId(id: string): BlockId | undefined {
  const found = idPattern.exec(Buffer.from(id, 'base64').toString('latin1'));
  if (!found) return undefined;
  const [, owner = '', index = '', time = '', parent = '', inherited = ''] = found;
  return {
    owner,
    index: Number.parseInt(index, 36),
    mtimeMs: (Number.parseInt(time, 36) - EARLIEST_S) * 1000,
    parent,
    inherited: Number.parseInt(inherited, 36),
  };
}

function digits(value: number, width: number): string {
  return value.toString(36).padStart(width, '0');
}
