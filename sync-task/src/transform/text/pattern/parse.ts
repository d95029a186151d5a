/**
 * Regular expressions as trees. V8 says whether a text is one at all; this reads it a second time. What an automaton can't decide
 * (back references, look-around) is refused. Flag `u`; `(?i:…)` and the like may change the others.
 */

export interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

export type Assertion = 'line-start' | 'line-end' | 'text-start' | 'text-end' | 'word' | 'not-word';

export type Node =
  /** One character, of those that this expression matches on its own. */
  | { readonly type: 'character'; readonly source: string; readonly flags: Flags }
  | { readonly type: 'assertion'; readonly what: Assertion; readonly ignoreCase: boolean }
  | { readonly type: 'sequence'; readonly items: readonly Node[] }
  /** The first that matches wins. */
  | { readonly type: 'choice'; readonly items: readonly Node[] }
  | {
      readonly type: 'repeat';
      readonly item: Node;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    };

/** Why a pattern is not accepted, without repeating it. */
export class BadPattern extends Error {}

interface Reader {
  readonly source: string;
  at: number;
}

/** Throws `BadPattern`. */
export function parsePattern(source: string, multiline: boolean): Node {
  try {
    new RegExp(source, multiline ? 'mu' : 'u');
  } catch (error) {
    // The message shows the pattern between slashes.
    const detail = error instanceof Error ? error.message.replace(/^.*\/m?u: /s, '') : '';
    throw new BadPattern(`it is no regular expression (${detail})`);
  }
  return readChoice({ source, at: 0 }, { ignoreCase: false, multiline, dotAll: false });
}

function readChoice(reader: Reader, flags: Flags): Node {
  const items = [readSequence(reader, flags)];
  while (reader.source[reader.at] === '|') {
    reader.at++;
    items.push(readSequence(reader, flags));
  }
  return items.length === 1 ? (items[0] as Node) : { type: 'choice', items };
}

function readSequence(reader: Reader, flags: Flags): Node {
  const items: Node[] = [];
  while (reader.at < reader.source.length && !'|)'.includes(reader.source[reader.at] as string)) {
    items.push(readQuantifier(reader, readAtom(reader, flags)));
  }
  return items.length === 1 ? (items[0] as Node) : { type: 'sequence', items };
}

/** Takes what the expression matches at the reader's position. */
function take(reader: Reader, expression: RegExp): RegExpExecArray | undefined {
  expression.lastIndex = reader.at;
  const found = expression.exec(reader.source);
  if (found) reader.at += found[0].length;
  return found ?? undefined;
}

function readAtom(reader: Reader, flags: Flags): Node {
  if (take(reader, /\(\?<?[=!]/uy)) throw new BadPattern('look-around is not possible here, only ^, $ and \\b');
  const group = take(reader, /\((?:\?:|\?<[^>]*>|\?([a-z]*)(?:-([a-z]*))?:)?/uy);
  if (group) {
    const inner = readChoice(reader, changed(flags, group[1] ?? '', group[2] ?? ''));
    reader.at++; // the closing parenthesis
    return inner;
  }
  const edge = take(reader, /[\^$]|\\[bB]/uy);
  if (edge) return { type: 'assertion', what: assertionOf(edge[0], flags), ignoreCase: flags.ignoreCase };
  if (take(reader, /\\(?:[1-9]|k<)/uy)) throw new BadPattern('back references are not possible here');
  const [source] =
    take(reader, /\[(?:\\.|[^\]\\])*\]/suy) ??
    // A surrogate pair written as two escapes is one character.
    take(reader, /\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}/iuy) ??
    (take(reader, /\\(?:u\{[0-9a-f]+\}|u[0-9a-f]{4}|x[0-9a-f]{2}|[pP]\{[^}]*\}|c[a-z]|.)|./isuy) as RegExpExecArray);
  return { type: 'character', source, flags };
}

function changed(flags: Flags, on: string, off: string): Flags {
  const set = (letter: string, before: boolean) => on.includes(letter) || (before && !off.includes(letter));
  return {
    ignoreCase: set('i', flags.ignoreCase),
    multiline: set('m', flags.multiline),
    dotAll: set('s', flags.dotAll),
  };
}

function assertionOf(text: string, { multiline }: Flags): Assertion {
  if (text === '^') return multiline ? 'line-start' : 'text-start';
  if (text === '$') return multiline ? 'line-end' : 'text-end';
  return text === '\\b' ? 'word' : 'not-word';
}

function readQuantifier(reader: Reader, item: Node): Node {
  const found = take(reader, /(?:([*+])|(\?)|\{(\d+)(,?)(\d*)\})(\??)/uy);
  if (!found) return item;
  const [, unlimited, optional, least = '', comma, most = '', lazy] = found;
  const [from, to] =
    unlimited !== undefined
      ? [unlimited === '+' ? 1 : 0, Number.POSITIVE_INFINITY]
      : optional !== undefined
        ? [0, 1]
        : [Number(least), comma === '' ? Number(least) : most === '' ? Number.POSITIVE_INFINITY : Number(most)];
  return { type: 'repeat', item, least: from, most: to, lazy: lazy === '?' };
}
