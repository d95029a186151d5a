/**
 * Finds names that collide on a target that ignores case or normalises Unicode (Windows, macOS, many NAS). Keeps a hash of each
 * name: 12 bytes in a table at most half full, so 24 to 48 bytes a file, and at most 48 MiB (72 while the table grows). Names
 * beyond `MOST_NAMES` are not compared, and `complete` is false.
 */
export interface NameCollisions {
  add(path: string): void;
  /** Names that collide with an earlier one, and the first of them. */
  readonly found: number;
  readonly examples: readonly string[];
  readonly complete: boolean;
}

const FIRST_SLOTS = 1 << 12;
const MOST_SLOTS = 1 << 22;
export const MOST_NAMES = MOST_SLOTS / 2;
const MOST_EXAMPLES = 10;

export function nameCollisions(): NameCollisions {
  let slots = FIRST_SLOTS;
  let folded = new Float64Array(slots);
  let exact = new Uint32Array(slots);
  let names = 0;
  let found = 0;
  let complete = true;
  const examples: string[] = [];

  /** The slot that holds the key, or the free one where it belongs. 0 marks a free one. */
  function slotOf(key: number): number {
    let slot = key % slots;
    while (folded[slot] !== 0 && folded[slot] !== key) slot = (slot + 1) % slots;
    return slot;
  }

  function grow(): void {
    const before = { folded, exact };
    slots *= 2;
    folded = new Float64Array(slots);
    exact = new Uint32Array(slots);
    for (const [index, key] of before.folded.entries()) {
      if (key === 0) continue;
      const slot = slotOf(key);
      folded[slot] = key;
      exact[slot] = before.exact[index] as number;
    }
  }

  return {
    add(path) {
      // Upper case first: some letters have one capital and two small forms.
      const key = hash53(path.normalize('NFC').toUpperCase().toLowerCase()) || 1;
      const name = hash53(path) % 2 ** 32;
      const slot = slotOf(key);
      if (folded[slot] === key) {
        // A listing that changes while it is read may name a file twice.
        if (exact[slot] === name) return;
        found++;
        if (examples.length < MOST_EXAMPLES) examples.push(path);
        return;
      }
      if (names >= MOST_NAMES) {
        complete = false;
        return;
      }
      folded[slot] = key;
      exact[slot] = name;
      names++;
      if (names * 2 > slots && slots < MOST_SLOTS) grow();
    },
    get found() {
      return found;
    },
    examples,
    get complete() {
      return complete;
    },
  };
}

/** Two FNV-1a lanes, mixed: 53 bits, so that two million names raise a false alarm once in thousands of plans. */
function hash53(text: string): number {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ (unit + 0x9e37), 0x85ebca6b);
  }
  low = Math.imul(low ^ (low >>> 15), 0x2c1b3c6d);
  high = Math.imul(high ^ (high >>> 13) ^ low, 0xc2b2ae35);
  return ((high ^ (high >>> 16)) >>> 11) * 2 ** 32 + ((low ^ (low >>> 12)) >>> 0);
}
