/**
 * A draft: blocks that are staged and not committed. Nobody sees them, and Azure forgets them after a week. Several go up at
 * once, each with an MD5 that the service compares. Publishing commits their list.
 *
 * The blocks of a resumed draft stay where they are; the new draft's blocks name it as their parent.
 */
import { createHash } from 'node:crypto';
import type { BlockBlobClient } from '@azure/storage-blob';
import { SyncError } from '../../base/errors.ts';
import type { ByteBudget } from '../budget.ts';
import { type Block, blocks } from '../objects/blocks.ts';
import type { ContentFacts, Draft, DraftOptions, FinishedDraft } from '../storage.ts';
import { explained } from './azure-errors.ts';
import { encodeBlockId, ownerOf } from './block-id.ts';
import { type StandingBlock, standingDraft } from './standing-draft.ts';

export const MTIME_STEP_MS = 1000;
const KiB = 1024;
const MiB = KiB * KiB;
const LEAST_BLOCK_BYTES = 64 * KiB;
const USUAL_BLOCK_BYTES = MiB;
/** Azure takes 50,000; some room is left for those that end at a border. */
const MOST_BLOCKS = 40_000;
const BLOCKS_AT_ONCE = 8;

export interface AzureDraftPlan {
  readonly blob: BlockBlobClient;
  readonly label: string;
  readonly path: string;
  readonly budget: ByteBudget;
  readonly options: DraftOptions;
  /** What stands at the blob, so that only that is replaced. */
  version(): Promise<string | undefined>;
  /** When it is left or discarded. */
  forget(): void;
}

/** What the process that wrote it knows. */
export interface AzureDraft extends Draft, Pick<DraftOptions, 'mark' | 'mayWrite' | 'description'> {
  readonly path: string;
  readonly mtimeMs: number;
  readonly size: number;
  readonly ids: readonly string[];
  /** Set when it is finished. */
  readonly replaces: { readonly etag: string | undefined } | undefined;
  readonly facts: ContentFacts;
}

export async function startDraft(plan: AzureDraftPlan): Promise<AzureDraft> {
  const { blob, label, path, options } = plan;
  const { signal, resume } = options;
  const mtimeMs = Math.floor(options.mtimeMs / MTIME_STEP_MS) * MTIME_STEP_MS;
  const owner = ownerOf(options.name);
  const request = { label, path, what: 'write', signal };
  const inherited = resume ? await explained(request, () => inheritedBlocks(plan, resume)) : [];
  const parent = resume ? ownerOf(resume.draft) : owner;
  const ids = inherited.map(({ id }) => id);
  const idOf = (index: number) => encodeBlockId({ owner, index, mtimeMs, parent, inherited: inherited.length });
  const stage = async (id: string, bytes: Buffer) => {
    await options.mayWrite?.();
    const transactionalContentMD5 = createHash('md5').update(bytes).digest();
    await explained(request, () =>
      blob.stageBlock(id, bytes, bytes.length, { transactionalContentMD5, abortSignal: signal }),
    );
  };
  // So that a crash right now does not lose the way to the blocks that it resumes.
  if (inherited.length > 0) await stage(idOf(0), Buffer.from('>'));

  const filling = await blocks({
    budget: plan.budget,
    blockBytes: blockBytes(options.expectedBytes),
    leastBytes: LEAST_BLOCK_BYTES,
    atOnce: BLOCKS_AT_ONCE,
    expectedBytes: options.expectedBytes,
    segmentBytes: options.segmentBytes,
    start: resume?.offset ?? 0,
    async send({ index, bytes }: Block) {
      signal.throwIfAborted();
      const id = idOf(inherited.length + index + 1);
      ids[inherited.length + index] = id;
      await stage(id, bytes);
    },
  });
  async function end(): Promise<void> {
    plan.forget();
    await filling.close();
  }
  let replaces: { readonly etag: string | undefined } | undefined;
  let facts: ContentFacts = {};

  return {
    path,
    mtimeMs,
    ids,
    mark: options.mark,
    mayWrite: options.mayWrite,
    description: options.description,
    takesAtOnce: true,
    get size() {
      return filling.writtenBytes;
    },
    get replaces() {
      return replaces;
    },
    get facts() {
      return facts;
    },
    async write(chunk) {
      signal.throwIfAborted();
      await filling.write(chunk);
    },
    get storedBytes() {
      return filling.storedBytes;
    },
    async flush() {}, // a block is on disk, several times, when Azure acknowledges it
    async finish(known: ContentFacts = {}): Promise<FinishedDraft> {
      signal.throwIfAborted();
      const [etag] = await Promise.all([explained(request, plan.version), filling.finish()]);
      signal.throwIfAborted();
      await filling.close();
      replaces = { etag };
      facts = known;
      return { size: filling.storedBytes, mtimeMs, mtimeKept: true };
    },
    leave: end,
    discard: end,
  };
}

async function inheritedBlocks(
  { blob, label, path }: AzureDraftPlan,
  { draft, offset }: NonNullable<DraftOptions['resume']>,
): Promise<readonly StandingBlock[]> {
  const standing = await standingDraft(blob, draft);
  const kept: StandingBlock[] = [];
  let bytes = 0;
  for (const block of standing?.blocks ?? []) {
    if (bytes >= offset) break;
    kept.push(block);
    bytes += block.size;
  }
  if (bytes === offset) return kept;
  throw new SyncError(`${label}: what was uploaded of ${JSON.stringify(path)} has no border at ${offset}; run again`, {
    kind: 'transient',
    reason: 'draft-missing',
    path,
  });
}

function blockBytes(expectedBytes = 0): number {
  return Math.max(USUAL_BLOCK_BYTES, Math.ceil(expectedBytes / MOST_BLOCKS / MiB) * MiB);
}
