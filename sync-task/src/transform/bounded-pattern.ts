/**
 * Regular expressions whose matches have a bounded length. That bound is what makes a pattern independent of chunks: whether
 * it fits at a place is decided by so many characters behind it, one more for `$` and `\b`, and the one before.
 *
 * V8 says whether a pattern is one at all; this reads it once more to add up lengths, in characters. What has no bound
 * (`*`, `+`, `{n,}`) or looks further than it matches (back references, look-around) is refused.
 */

export interface Bounds {
  readonly least: number;
  readonly most: number;
}

export const MOST_CHARACTERS = 4096;

/** The lengths that a match can have, or what is wrong with the pattern, without repeating it. */
export function boundedPattern(source: string): Bounds | { readonly problem: string } {
  try {
    new RegExp(source, 'mu');
  } catch (error) {
    // The message shows the pattern between slashes.
    const detail = error instanceof Error ? error.message.replace(/^.*\/mu: /s, '') : '';
    return { problem: `it is no regular expression (${detail})` };
  }
  const reader = { source, at: 0 };
  try {
    const bounds = readAlternatives(reader);
    if (bounds.least === 0) return { problem: 'it fits an empty text; every match must have at least one character' };
    if (bounds.most > MOST_CHARACTERS)
      return { problem: `its matches can have more than ${MOST_CHARACTERS} characters` };
    return bounds;
  } catch (error) {
    if (error instanceof Unbounded) return { problem: error.message };
    throw error;
  }
}

class Unbounded extends Error {}

interface Reader {
  readonly source: string;
  at: number;
}

const nothing: Bounds = { least: 0, most: 0 };
const oneCharacter: Bounds = { least: 1, most: 1 };

function readAlternatives(reader: Reader): Bounds {
  let bounds = readSequence(reader);
  while (reader.source[reader.at] === '|') {
    reader.at++;
    const other = readSequence(reader);
    bounds = { least: Math.min(bounds.least, other.least), most: Math.max(bounds.most, other.most) };
  }
  return bounds;
}

function readSequence(reader: Reader): Bounds {
  let { least, most } = nothing;
  while (reader.at < reader.source.length && !'|)'.includes(reader.source[reader.at] as string)) {
    const item = readAtom(reader);
    const times = readQuantifier(reader);
    least += item.least * times.least;
    most += item.most * times.most;
  }
  return { least, most };
}

/** Takes what the expression finds at the reader's place. */
function take(reader: Reader, expression: RegExp): RegExpExecArray | undefined {
  expression.lastIndex = reader.at;
  const found = expression.exec(reader.source);
  if (found) reader.at += found[0].length;
  return found ?? undefined;
}

function readAtom(reader: Reader): Bounds {
  if (take(reader, /\(\?<?[=!]/uy)) throw new Unbounded('look-around is not possible here, only ^, $ and \\b');
  if (take(reader, /\((?:\?:|\?<[^>]*>|\?[a-z-]*:)?/uy)) {
    const bounds = readAlternatives(reader);
    reader.at++; // the closing parenthesis
    return bounds;
  }
  if (take(reader, /\[(?:\\.|[^\]\\])*\]/suy)) return oneCharacter;
  if (take(reader, /[\^$]|\\[bB]/uy)) return nothing;
  if (take(reader, /\\(?:[1-9]|k<)/uy)) throw new Unbounded('back references are not possible here');
  // A surrogate pair written as two escapes is one character.
  if (take(reader, /\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}/iuy)) return oneCharacter;
  take(reader, /\\(?:u\{[0-9a-f]+\}|u[0-9a-f]{4}|x[0-9a-f]{2}|[pP]\{[^}]*\}|c[a-z]|.)|./isuy);
  return oneCharacter;
}

function readQuantifier(reader: Reader): Bounds {
  const found = take(reader, /(?:([*+])|(\?)|\{(\d+)(,?)(\d*)\})\??/uy);
  if (!found) return oneCharacter;
  const [, unlimited, optional, least = '', comma, most = ''] = found;
  if (unlimited !== undefined || (comma === ',' && most === '')) {
    throw new Unbounded(
      'its matches have no bounded length; write {1,64} instead of +, {0,64} instead of *, {2,64} instead of {2,}',
    );
  }
  if (optional !== undefined) return { least: 0, most: 1 };
  return { least: Number(least), most: Number(comma === ',' ? most : least) };
}
