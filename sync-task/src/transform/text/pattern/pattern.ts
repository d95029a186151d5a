/**
 * Regular expressions in linear time: automata find what JavaScript finds, whatever the pattern and the text. One backward walk
 * finds where matches start, one forward walk for each match where it ends; states are made on demand. V8's own matcher tries one
 * way after the other, which can take for ever: 60 letters suffice.
 */
import { classesOf } from './classes.ts';
import { type EndFinder, endFinder } from './ends.ts';
import { parsePattern } from './parse.ts';
import { mostTried, programOf } from './program.ts';
import { type StartFinder, startFinder } from './starts.ts';

export interface Pattern {
  /** Start and end of every match, as in `matchAll`, of those that start at `from` or later but before `before`. */
  matches(text: string, from: number, before: number): readonly (readonly [start: number, end: number])[];
  /** Whether it matches anywhere. */
  test(text: string): boolean;
  /** The most work for one character. */
  readonly steps: number;
}

/** Patterns with few ways to try: V8 is five times as fast with them. */
const FEW_STEPS = 256;

/**
 * Flags are `u` and, with `multiline`, `m`. Throws `BadPattern`. No match is empty, or only `test` is used. V8 matches what takes
 * at most `mostTriedSteps` for a character.
 */
export function linearPattern(source: string, multiline: boolean, mostTriedSteps = FEW_STEPS): Pattern {
  const program = programOf(parsePattern(source, multiline));
  let found = new Int32Array(0);
  // Made on first use: most processes only check that it is a pattern.
  let made: { readonly starts: StartFinder; readonly ends: EndFinder } | undefined;

  function finders() {
    if (made === undefined) {
      const classes = classesOf(program);
      made = { starts: startFinder(program, classes), ends: endFinder(program, classes) };
    }
    return made;
  }

  const tried = mostTried(program);
  if (tried <= mostTriedSteps) return byTrying(new RegExp(source, multiline ? 'gmu' : 'gu'), tried);
  return {
    steps: program.kinds.length,
    matches(text, from, before) {
      const { starts, ends } = finders();
      if (found.length <= text.length) found = new Int32Array(text.length + 1);
      const matches: [number, number][] = [];
      let done = from;
      for (let left = starts(text, from, found); left > 0; left--) {
        const start = found[left - 1] as number;
        if (start >= before) break;
        if (start < done) continue;
        done = ends(text, start);
        matches.push([start, done]);
      }
      return matches;
    },
    test: (text) => finders().starts(text, 0) > 0,
  };
}

function byTrying(expression: RegExp, steps: number): Pattern {
  return {
    steps,
    matches(text, from, before) {
      const matches: [number, number][] = [];
      expression.lastIndex = from;
      for (let found = expression.exec(text); found && found.index < before; found = expression.exec(text)) {
        matches.push([found.index, expression.lastIndex]);
      }
      return matches;
    },
    test(text) {
      expression.lastIndex = 0;
      return expression.test(text);
    },
  };
}
