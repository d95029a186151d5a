/**
 * Characters that no part of a pattern tells apart are one class, which keeps the tables of an automaton small. V8 says which
 * characters a part matches, so case folding and Unicode's properties are JavaScript's own.
 */
import type { CharacterSource, Program } from './program.ts';

export interface Classes {
  readonly count: number;
  /** Of one UTF-16 unit that is no surrogate. */
  readonly ofUnit: Uint16Array;
  ofPoint(point: number): number;
  /** By `character * count + class`. */
  readonly members: Uint8Array;
  /** What assertions look at, by class. The last entry stands for both edges of the text. */
  readonly traits: Uint8Array;
}

/** Traits of a character, or of the text's edge. */
export const WORD = 1;
export const WORD_OF_ANY_CASE = 2;
export const LINE_END = 4;
export const EDGE = 8;

const word: CharacterSource = { source: '\\w', ignoreCase: false, dotAll: false };
const traitSources: readonly (readonly [trait: number, source: CharacterSource])[] = [
  [WORD, word],
  [WORD_OF_ANY_CASE, { ...word, ignoreCase: true }],
  [LINE_END, { ...word, source: '[\\n\\r\\u2028\\u2029]' }],
];

export function classesOf({ characters, assertions }: Program): Classes {
  const traits = assertions.length === 0 ? [] : traitSources;
  const sets = [...characters, ...traits.map(([, source]) => source)].map(rangesOf);
  const borders = [...new Set([0, ...sets.flat(2)])].sort((one, other) => one - other);
  const cursors = sets.map(() => 0);
  const numbers = new Map<string, number>();
  const samples: boolean[][] = [];
  const classAt = new Uint16Array(borders.length);
  for (const [index, border] of borders.entries()) {
    const inside = sets.map((ranges, set) => {
      while ((ranges[cursors[set] as number]?.[1] ?? Number.POSITIVE_INFINITY) <= border) (cursors[set] as number)++;
      return (ranges[cursors[set] as number]?.[0] ?? Number.POSITIVE_INFINITY) <= border;
    });
    const key = inside.map(Number).join('');
    let number = numbers.get(key);
    if (number === undefined) {
      number = samples.push(inside) - 1;
      numbers.set(key, number);
    }
    classAt[index] = number;
  }
  const count = samples.length;
  const ofPoint = (point: number): number => {
    let [low, high] = [0, borders.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((borders[middle] as number) <= point) low = middle;
      else high = middle - 1;
    }
    return classAt[low] as number;
  };
  const ofUnit = new Uint16Array(65_536);
  for (const [index, border] of borders.entries()) {
    if (border < 65_536) ofUnit.fill(classAt[index] as number, border, Math.min(borders[index + 1] ?? 65_536, 65_536));
  }
  return {
    count,
    ofUnit,
    ofPoint,
    members: Uint8Array.from({ length: characters.length * count }, (_, at) =>
      Number(samples[at % count]?.[Math.floor(at / count)]),
    ),
    traits: Uint8Array.from({ length: count + 1 }, (_, each) =>
      each === count
        ? EDGE
        : traits.reduce((sum, [trait], index) => sum + (samples[each]?.[characters.length + index] ? trait : 0), 0),
    ),
  };
}

type Ranges = readonly (readonly [from: number, end: number])[];

const known = new Map<string, Ranges>();
const MOST_KNOWN = 1000;

/** Half-open and in order. Holds no surrogates: decoded text has no lone ones. */
function rangesOf(character: CharacterSource): Ranges {
  const { source, ignoreCase, dotAll } = character;
  const point = source.codePointAt(0) ?? 0;
  if (!ignoreCase && /^[^\\[.]$/u.test(source)) return [[point, point + 1]];
  const key = JSON.stringify(character);
  let ranges = known.get(key);
  if (ranges === undefined) {
    const group = `(?${ignoreCase ? 'i' : ''}${dotAll ? 's' : ''}:${source})`;
    ranges = askedFor(new RegExp(`${group}+`, 'gu'));
    if (known.size < MOST_KNOWN) known.set(key, ranges);
  }
  return ranges;
}

const BLOCK = 2048;

function askedFor(expression: RegExp): Ranges {
  const ranges: [number, number][] = [];
  for (let block = 0; block < 0x110000; block += BLOCK) {
    if (block === 0xd800) continue;
    const text = String.fromCodePoint(...Array.from({ length: BLOCK }, (_, index) => block + index));
    for (const { 0: found, index } of text.matchAll(expression)) {
      const from = block + (block > 0xffff ? index / 2 : index);
      const end = from + (block > 0xffff ? found.length / 2 : found.length);
      const last = ranges.at(-1);
      if (last?.[1] === from) last[1] = end;
      else ranges.push([from, end]);
    }
  }
  return ranges;
}
