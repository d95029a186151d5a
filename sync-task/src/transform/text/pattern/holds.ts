import { EDGE, LINE_END, WORD, WORD_OF_ANY_CASE } from './classes.ts';
import type { AssertionSource } from './program.ts';

/** Whether the assertion holds between two characters of these traits. */
export function holds(assertion: AssertionSource | undefined, before: number, behind: number): boolean {
  const word = assertion?.ignoreCase ? WORD_OF_ANY_CASE : WORD;
  switch (assertion?.what) {
    case 'line-start':
      return (before & (EDGE | LINE_END)) !== 0;
    case 'line-end':
      return (behind & (EDGE | LINE_END)) !== 0;
    case 'text-start':
      return (before & EDGE) !== 0;
    case 'text-end':
      return (behind & EDGE) !== 0;
    case 'word':
      return (before & word) !== (behind & word);
    default:
      return (before & word) === (behind & word);
  }
}
