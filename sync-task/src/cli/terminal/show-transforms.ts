/** `sync-task transforms`: which there are; `sync-task transforms NAME`: one of them. */

import { findTransform } from '../../transform/chain/open-chain.ts';
import { describeTransform, listTransforms } from '../../transform/describe.ts';
import { transforms } from '../../transform/registry.ts';

/** Throws `usage` for a name that is none. */
export async function showTransforms(name: string | undefined): Promise<string> {
  if (name === undefined)
    return `${listTransforms(transforms)}\nsync-task transforms NAME shows one with its options.\n`;
  return describeTransform(await findTransform(name));
}
