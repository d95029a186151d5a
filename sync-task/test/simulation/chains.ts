/** The chains that a simulated pipeline may have, and the output that each must have, computed without the engine. */
import { join } from 'node:path';
import type { TransformSetting } from '../../src/config/settings.ts';
import { openChain } from '../../src/transform/chain/open-chain.ts';

export type ChainName = 'none' | 'swap-case' | 'double' | 'split';

export interface Made {
  readonly path: string;
  readonly bytes: Buffer;
}

/** What a version of a source file becomes at the target: the file and its side files. */
const models: Readonly<Record<ChainName, (path: string, bytes: Buffer) => readonly [Made, ...Made[]]>> = {
  none: (path, bytes) => [{ path, bytes }],
  'swap-case': (path, bytes) => [{ path, bytes: Buffer.from(bytes.map((byte) => byte ^ 0x20)) }],
  double: (path, bytes) => [{ path: `${path}.x2`, bytes: Buffer.from([...bytes].flatMap((byte) => [byte, byte])) }],
  split(path, bytes) {
    const file = { path, bytes: Buffer.from(bytes.filter((byte) => byte >= 0x60)) };
    const capitals = Buffer.from(bytes.filter((byte) => byte < 0x60));
    return capitals.length > 0 ? [file, { path: `${path}.capitals`, bytes: capitals }] : [file];
  },
};

export const chainNames = Object.keys(models) as readonly ChainName[];

export function made(chain: ChainName, path: string, bytes: Buffer): readonly [Made, ...Made[]] {
  return models[chain](path, bytes);
}

export function transformsOf(chain: ChainName): readonly TransformSetting[] {
  if (chain === 'none') return [];
  return [{ name: join(import.meta.dirname, `transforms/${chain}.ts`), options: {}, glob: undefined }];
}

const keys = new Map<string, ChainName>();

/** Loads all chains once, so that no module is loaded during a schedule. */
export async function loadChains(): Promise<void> {
  if (keys.size > 0) return;
  for (const name of chainNames) keys.set((await openChain(transformsOf(name))).key('a'), name);
}

/** By its key in a checkpoint. */
export function chainOf(key: string): ChainName | undefined {
  return keys.get(key);
}
