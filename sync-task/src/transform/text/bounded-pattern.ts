/**
 * Regular expressions whose matches have a bounded length. The bound makes a pattern independent of chunks: whether it matches at
 * a position depends on that many characters after it, one more for `$` and `\b`, and the one before.
 */
import { BadPattern, type Node, parsePattern } from './pattern/parse.ts';
import { programOf } from './pattern/program.ts';

export interface Bounds {
  readonly least: number;
  readonly most: number;
}

export const MOST_CHARACTERS = 4096;

/** The possible lengths of a match in characters, or what is wrong with the pattern, in words that don't repeat it. */
export function boundedPattern(source: string): Bounds | { readonly problem: string } {
  try {
    const tree = parsePattern(source, true);
    const bounds = boundsOf(tree);
    if (bounds.least === 0) return { problem: 'it fits an empty text; every match must have at least one character' };
    if (bounds.most === Number.POSITIVE_INFINITY) {
      const advice = 'write {1,64} instead of +, {0,64} instead of *, {2,64} instead of {2,}';
      return { problem: `its matches have no bounded length; ${advice}` };
    }
    if (bounds.most > MOST_CHARACTERS)
      return { problem: `its matches can have more than ${MOST_CHARACTERS} characters` };
    programOf(tree);
    return bounds;
  } catch (error) {
    if (error instanceof BadPattern) return { problem: error.message };
    throw error;
  }
}

function boundsOf(node: Node): Bounds {
  switch (node.type) {
    case 'character':
      return { least: 1, most: 1 };
    case 'assertion':
      return { least: 0, most: 0 };
    case 'sequence': {
      const bounds = node.items.map(boundsOf);
      return { least: sum(bounds.map(({ least }) => least)), most: sum(bounds.map(({ most }) => most)) };
    }
    case 'choice': {
      const bounds = node.items.map(boundsOf);
      return {
        least: Math.min(...bounds.map(({ least }) => least)),
        most: Math.max(...bounds.map(({ most }) => most)),
      };
    }
    case 'repeat': {
      const { least, most } = boundsOf(node.item);
      return { least: least * node.least, most: most === 0 || node.most === 0 ? 0 : most * node.most };
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
