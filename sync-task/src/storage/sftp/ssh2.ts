/**
 * ssh2, with its native ciphers kept for the life of the process. Built with the headers of Node 24.19 or later, a cipher
 * that is collected as garbage ends the process with an assertion (nodejs/node issue 65446): after any reconnection, at
 * some collection. ssh2 frees what one holds when its connection ends; what is kept is an empty shell.
 */
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);
const kept = new Set<object>();

type Constructor = new (...given: unknown[]) => object;

/** Before ssh2 is loaded: it takes the constructors out of the addon then. */
function keepCiphers(): void {
  let addon: Record<string, Constructor>;
  try {
    addon = load('ssh2/lib/protocol/crypto/build/Release/sshcrypto.node');
  } catch {
    return; // ssh2 does without it, in JavaScript
  }
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

keepCiphers();
const ssh2: typeof import('ssh2') = load('ssh2');
export default ssh2;
