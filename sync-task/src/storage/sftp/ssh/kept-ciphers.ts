/**
 * ssh2's native ciphers are kept for the life of the process. Built with the headers of Node 24.19 or later, a cipher that
 * is collected as garbage ends the process with an assertion (nodejs/node issue 65446): after any reconnection, at some
 * collection. ssh2 frees what one holds when its connection ends; what is kept is an empty shell.
 *
 * To be imported before ssh2, which takes the constructors out of the addon when it is loaded.
 */
import { createRequire } from 'node:module';

type Constructor = new (...given: unknown[]) => object;

const kept = new Set<object>();

/** Undefined where it was not built: ssh2 does without it, in JavaScript. */
function loadAddon(): Record<string, Constructor> | undefined {
  try {
    return createRequire(import.meta.url)('ssh2/lib/protocol/crypto/build/Release/sshcrypto.node');
  } catch {
    return undefined;
  }
}

const addon = loadAddon();
export const hasNativeCiphers = addon !== undefined;
if (addon) {
  for (const [name, Cipher] of Object.entries(addon)) {
    addon[name] = new Proxy(Cipher, {
      construct(target, given) {
        const cipher = new target(...given);
        kept.add(cipher);
        return cipher;
      },
    });
  }
}
