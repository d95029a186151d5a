/**
 * Loads transforms by name. Most runs change nothing, so the transforms and their libraries are loaded only where one is named.
 */
import type { TransformSetting } from '../../config/settings.ts';
import type { Transform } from '../transform.ts';
import { type Chain, find, transformChain } from './chain.ts';

/** Loads the user's own transforms too. Throws `usage` like `transformChain`, and for a module that is no transform. */
export async function openChain(settings: readonly TransformSetting[]): Promise<Chain> {
  if (settings.length === 0) return transformChain([], []);
  const { builtIn, own } = await load(settings);
  return transformChain(settings, builtIn, own);
}

/** One transform, built in or the user's own. Throws `usage` where none has this name. */
export async function findTransform(name: string): Promise<Transform> {
  const { builtIn, own } = await load([{ name, options: {}, glob: undefined }]);
  return find(name, builtIn, own);
}

async function load(settings: readonly TransformSetting[]) {
  const [{ transforms: builtIn }, { loadOwn }] = await Promise.all([import('../registry.ts'), import('../own.ts')]);
  return { builtIn, own: await loadOwn(settings, builtIn) };
}
