/**
 * A regular expression as a graph of numbered steps. Of two ways the preferred one is marked, so that of all matches at one
 * position JavaScript's is chosen.
 *
 * JavaScript rejects a round of a repetition that took no character, once the least number of rounds is done. So whatever can be
 * empty is compiled with two continuations: one for when this round took a character, one for when it took none.
 */
import { type Assertion, BadPattern, type Node } from './parse.ts';

export const CHARACTER = 0;
export const SPLIT = 1;
export const ASSERTION = 2;
export const MATCH = 3;

/** No step at all: this way leads nowhere. */
const NOWHERE = -1;

/** Limited, because in the worst case every character of a file pays for every step. */
export const MOST_STEPS = 20_000;

export interface CharacterSource {
  readonly source: string;
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
}

export interface AssertionSource {
  readonly what: Assertion;
  readonly ignoreCase: boolean;
}

export interface Program {
  readonly start: number;
  readonly kinds: readonly number[];
  /** The next step; of a split, the preferred way. */
  readonly next: readonly number[];
  /** The other way of a split. Of a character or an assertion: its number. */
  readonly other: readonly number[];
  readonly characters: readonly CharacterSource[];
  readonly assertions: readonly AssertionSource[];
}

/** Throws `BadPattern` where it has too many steps. */
export function programOf(tree: Node): Program {
  const kinds: number[] = [];
  const next: number[] = [];
  const other: number[] = [];
  const characters = distinct<CharacterSource>();
  const assertions = distinct<AssertionSource>();

  function add(kind: number, to: number, second: number): number {
    if (kinds.length >= MOST_STEPS) {
      throw new BadPattern(`it has more than ${MOST_STEPS} steps with its repetitions written out; make it smaller`);
    }
    kinds.push(kind);
    next.push(to);
    other.push(second);
    return kinds.length - 1;
  }

  function split(first: number, second: number): number {
    if (first === NOWHERE) return second;
    return second === NOWHERE || first === second ? first : add(SPLIT, first, second);
  }

  /** Continues at `taken` after at least one character, at `empty` where there was none. */
  function compile(node: Node, taken: number, empty: number): number {
    switch (node.type) {
      case 'character': {
        const { source, flags } = node;
        const which = characters.number({ source, ignoreCase: flags.ignoreCase, dotAll: flags.dotAll });
        return taken === NOWHERE ? NOWHERE : add(CHARACTER, taken, which);
      }
      case 'assertion':
        return empty === NOWHERE
          ? NOWHERE
          : add(ASSERTION, empty, assertions.number({ what: node.what, ignoreCase: node.ignoreCase }));
      case 'choice':
        return node.items.map((item) => compile(item, taken, empty)).reduceRight((rest, item) => split(item, rest));
      case 'sequence':
        return follow(node.items, taken, empty);
      case 'repeat':
        return repeat(node, taken, empty);
    }
  }

  function follow(items: readonly Node[], taken: number, empty: number): number {
    let [onTaken, onEmpty] = [taken, empty];
    for (let index = items.length - 1; index >= 0; index--) {
      const item = items[index] as Node;
      if (!canBeEmpty(item)) onTaken = onEmpty = compile(item, onTaken, onTaken);
      else {
        const same = onTaken === onEmpty;
        const before = onTaken;
        // Nothing can have been taken before the first.
        if (same || index > 0) onTaken = compile(item, before, before);
        onEmpty = same ? onTaken : compile(item, before, onEmpty);
      }
    }
    return onEmpty;
  }

  function repeat(node: Node & { type: 'repeat' }, taken: number, empty: number): number {
    const { item, least, most, lazy } = node;
    const either = (round: number, leave: number) => (lazy ? split(leave, round) : split(round, leave));
    let [onTaken, onEmpty] = [taken, empty];
    if (most === Number.POSITIVE_INFINITY) {
      const loop = add(SPLIT, NOWHERE, NOWHERE);
      const round = compile(item, loop, NOWHERE);
      next[loop] = lazy ? taken : round;
      other[loop] = lazy ? round : taken;
      if (round === NOWHERE) next[loop] = other[loop] = taken;
      onTaken = loop;
      onEmpty = taken === empty ? loop : either(round, empty);
    } else {
      for (let round = least; round < most; round++) {
        const body = compile(item, onTaken, NOWHERE);
        // It takes no character: any number of rounds is as good as none.
        if (body === NOWHERE) break;
        onTaken = either(body, taken);
        onEmpty = taken === empty ? onTaken : either(body, empty);
      }
    }
    return follow(
      Array.from({ length: Math.min(least, MOST_STEPS) }, () => item),
      onTaken,
      onEmpty,
    );
  }

  const end = add(MATCH, NOWHERE, NOWHERE);
  const start = compile(tree, end, end);
  return { start, kinds, next, other, characters: characters.all, assertions: assertions.all };
}

/** The most steps that trying one way after the other takes at one position; infinite where the program has a loop. */
export function mostTried({ start, kinds, next, other }: Program): number {
  // A step's successors were added before it, except in a loop.
  const tried: number[] = [];
  for (const [step, kind] of kinds.entries()) {
    const after = (to: number) => (to < step ? (tried[to] as number) : Number.POSITIVE_INFINITY);
    tried.push(
      kind === MATCH ? 1 : 1 + after(next[step] as number) + (kind === SPLIT ? after(other[step] as number) : 0),
    );
  }
  return tried[start] as number;
}

function canBeEmpty(node: Node): boolean {
  switch (node.type) {
    case 'character':
      return false;
    case 'assertion':
      return true;
    case 'sequence':
      return node.items.every(canBeEmpty);
    case 'choice':
      return node.items.some(canBeEmpty);
    case 'repeat':
      return node.least === 0 || canBeEmpty(node.item);
  }
}

function distinct<T>() {
  const all: T[] = [];
  const numbers = new Map<string, number>();
  return {
    all,
    number(value: T): number {
      const key = JSON.stringify(value);
      let number = numbers.get(key);
      if (number === undefined) {
        number = all.push(value) - 1;
        numbers.set(key, number);
      }
      return number;
    },
  };
}
