import type { TransformSetting } from '../../src/config/settings.ts';
import { transformChain } from '../../src/transform/chain/chain.ts';
import { transforms } from '../../src/transform/registry.ts';

/** Of built-in transforms. */
export const chainOf = (settings: readonly TransformSetting[]) => transformChain(settings, transforms);
