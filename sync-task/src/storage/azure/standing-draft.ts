/** Finds a draft by its uncommitted blocks, whichever process uploaded them. */
import type { BlockBlobClient } from '@azure/storage-blob';
import { isMissing } from './azure-errors.ts';
import { type BlockId, decodeBlockId, ownerOf } from './block-id.ts';

export interface StandingBlock {
  readonly id: string;
  readonly size: number;
}

export interface StandingDraft {
  readonly owner: string;
  readonly mtimeMs: number;
  /** From the beginning, without a gap. */
  readonly blocks: readonly StandingBlock[];
}

interface Found extends StandingBlock, BlockId {}

/** Undefined where no block of it stands. */
export async function standingDraft(blob: BlockBlobClient, draft: string): Promise<StandingDraft | undefined> {
  const owner = ownerOf(draft);
  const found = await uncommitted(blob);
  const own = found.filter((block) => block.owner === owner);
  const [any] = own;
  if (!any) return undefined;
  return { owner, mtimeMs: any.mtimeMs, blocks: chainOf(found, owner, found.length) };
}

/** Its blocks, behind those of the draft that it resumed. */
function chainOf(found: readonly Found[], owner: string, depth: number): readonly StandingBlock[] {
  const own = new Map(found.filter((block) => block.owner === owner).map((block) => [block.index, block]));
  const [any] = own.values();
  if (!any || depth === 0) return [];
  const { inherited, parent } = any;
  const chain = inherited === 0 ? [] : [...chainOf(found, parent, depth - 1).slice(0, inherited)];
  if (chain.length < inherited) return chain;
  for (let block = own.get(inherited + 1); block; block = own.get(block.index + 1)) chain.push(block);
  return chain;
}

async function uncommitted(blob: BlockBlobClient): Promise<readonly Found[]> {
  try {
    const { uncommittedBlocks = [] } = await blob.getBlockList('uncommitted');
    return uncommittedBlocks.flatMap(({ name, size }) => {
      const id = decodeBlockId(name);
      return id ? { id: name, size, ...id } : [];
    });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
