/**
 * What `JSON.parse` hides: keys that an object has twice (it keeps the last), the order of keys that look like numbers, and the
 * depth of a value.
 */

/** Deeper values would need explicit stacks everywhere. */
const MOST_LEVELS = 500;

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export interface JsonKeys {
  /** Keys of the outermost object, in order. */
  readonly keys: readonly string[];
  readonly problem?: string;
}

/** Does not notice invalid JSON. */
export function jsonKeys(text: string): JsonKeys {
  const keys: string[] = [];
  /** For each open level the keys of the object; none for a list. */
  const levels: (Set<string> | undefined)[] = [];
  let keyNext = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    switch (code) {
      case OPEN_OBJECT:
      case OPEN_LIST:
        if (levels.length >= MOST_LEVELS) return { keys, problem: `it is nested deeper than ${MOST_LEVELS} levels` };
        keyNext = code === OPEN_OBJECT;
        levels.push(keyNext ? new Set() : undefined);
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        levels.pop();
        keyNext = false;
        break;
      case COMMA:
        keyNext = levels.at(-1) !== undefined;
        break;
      case QUOTE: {
        const end = endOfString(text, at);
        if (keyNext) {
          keyNext = false;
          const key = keyOf(text.slice(at, end + 1));
          const seen = levels.at(-1);
          if (key !== undefined && seen !== undefined) {
            if (seen.size === seen.add(key).size) return { keys, problem: 'an object has a key twice' };
            if (levels.length === 1) keys.push(key);
          }
        }
        at = end;
      }
    }
  }
  return { keys };
}

function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let before = at;
    while (text.charCodeAt(before - 1) === BACKSLASH && before - 1 > start) before--;
    if ((at - before) % 2 === 0) return at;
  }
  return text.length;
}

function keyOf(string: string): string | undefined {
  if (!string.includes('\\')) return string.slice(1, -1);
  try {
    return JSON.parse(string) as string;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
