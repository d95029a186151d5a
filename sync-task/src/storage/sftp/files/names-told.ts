/**
 * Names that a folder was told to hold: a server may tell one twice, above all of a folder that changes meanwhile. How many are kept
 * is bounded over all folders that are being listed; behind the bound a name counts as new, and the state keeps one entry of it.
 */
export interface NameSet extends Disposable {
  /** False where it was listed before. */
  add(name: Buffer): boolean;
}

/** Some 80 bytes each. */
const MOST_NAMES = 200_000;

export function namesTold(most = MOST_NAMES): { newSet(): NameSet } {
  let kept = 0;
  return {
    newSet() {
      const names = new Set<string>();
      return {
        add(name) {
          const text = name.toString('latin1');
          if (names.has(text)) return false;
          if (kept < most) {
            names.add(text);
            kept++;
          }
          return true;
        },
        [Symbol.dispose]() {
          kept -= names.size;
          names.clear();
        },
      };
    },
  };
}
