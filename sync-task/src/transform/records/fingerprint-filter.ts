/**
 * A Bloom filter of 128-bit fingerprints: may say that it has one that it has not, never the other way round. A fingerprint's
 * four words are four hashes as they are. Of 10 million it is wrong about 0.5 % of all others, of 30 million about 12 %.
 */
export interface FingerprintFilter {
  add(words: Uint32Array): void;
  has(words: Uint32Array): boolean;
}

/** 16 MiB. */
const BITS = 2 ** 27;

export function fingerprintFilter(): FingerprintFilter {
  const bits = new Uint32Array(BITS / 32);
  return {
    add(words) {
      for (let index = 0; index < 4; index++) {
        const bit = (words[index] as number) & (BITS - 1);
        bits[bit >>> 5] = (bits[bit >>> 5] as number) | (1 << (bit & 31));
      }
    },
    has(words) {
      for (let index = 0; index < 4; index++) {
        const bit = (words[index] as number) & (BITS - 1);
        if (((bits[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
      }
      return true;
    },
  };
}
