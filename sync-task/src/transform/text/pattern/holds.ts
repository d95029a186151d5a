import { EDGE, LINE_END, WORD, WORD_OF_ANY_CASE } from './classes.ts';
import type { Place } from './program.ts';

/** Whether a place between two characters of these traits is what is asserted. */
export function holds(place: Place | undefined, before: number, behind: number): boolean {
  const word = place?.ignoreCase ? WORD_OF_ANY_CASE : WORD;
  switch (place?.what) {
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
