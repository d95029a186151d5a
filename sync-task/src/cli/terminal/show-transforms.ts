/** `sync-task transforms` lists them; `sync-task transforms NAME` shows one. */

import { findTransform } from '../../transform/chain/open-chain.ts';
import { describeTransform, listTransforms } from '../../transform/describe.ts';
import { transforms } from '../../transform/registry.ts';

/** Throws `usage` for an unknown name. */
export async function showTransforms(name: string | undefined): Promise<string> {
  if (name === undefined)
    return `${listTransforms(transforms)}\nsync-task transforms NAME shows one with its options.\n`;
  return describeTransform(await findTransform(name));
}
