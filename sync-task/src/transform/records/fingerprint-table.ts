/**
 * A set of 128-bit fingerprints in one array of words: 16 bytes a slot, and no objects. Open addressing with linear probing, at
 * most two thirds full.
 */
export interface FingerprintTable {
  readonly count: number;
  /** False where it was there already. The four words are at `offset`. */
  add(words: Uint32Array): boolean;
  has(words: Uint32Array): boolean;
  /** Every fingerprint, ordered by its first word. Always the same array: copy it. */
  sorted(): Generator<Uint32Array>;
  clear(): void;
}

const FIRST_SLOTS = 1024;

export function fingerprintTable(): FingerprintTable {
  let slots = FIRST_SLOTS;
  let table = new Uint32Array(slots * 4);
  let count = 0;

  /** Its position, or the free slot where it belongs. No fingerprint is all zeros: see `add`. */
  function slotOf(words: Uint32Array): number {
    const [a, b, c, d] = words as unknown as [number, number, number, number];
    let slot = a & (slots - 1);
    for (;;) {
      const at = slot * 4;
      const free = (table[at] as number) === 0 && table[at + 1] === 0 && table[at + 2] === 0 && table[at + 3] === 0;
      if (free || (table[at] === a && table[at + 1] === b && table[at + 2] === c && table[at + 3] === d)) return at;
      slot = (slot + 1) & (slots - 1);
    }
  }

  const isFree = (at: number) => !(table[at] || table[at + 1] || table[at + 2] || table[at + 3]);

  function grow(): void {
    const old = table;
    slots *= 2;
    table = new Uint32Array(slots * 4);
    for (let at = 0; at < old.length; at += 4) {
      const words = old.subarray(at, at + 4);
      if (words[0] || words[1] || words[2] || words[3]) table.set(words, slotOf(words));
    }
  }

  return {
    get count() {
      return count;
    },
    has: (words) => !isFree(slotOf(words)),
    add(words) {
      const at = slotOf(words);
      if (!isFree(at)) return false;
      table.set(words, at);
      count++;
      if (count * 3 > slots * 2) grow();
      return true;
    },
    *sorted() {
      const order = new Uint32Array(count);
      let filled = 0;
      for (let at = 0; at < table.length; at += 4) if (!isFree(at)) order[filled++] = at;
      order.sort((one, other) => (table[one] as number) - (table[other] as number));
      for (const at of order) yield table.subarray(at, at + 4);
    },
    clear() {
      // As large as before: it will be filled again.
      table.fill(0);
      count = 0;
    },
  };
}
