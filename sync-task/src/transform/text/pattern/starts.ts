/**
 * Finds every start of a match in one walk from the end of a text to its beginning. A state is the set of steps from which the
 * rest of the text leads to a match; the character before a position decides whether it is a start.
 */
import { type Classes, EDGE } from './classes.ts';
import { holds } from './holds.ts';
import { ASSERTION, CHARACTER, type Program, SPLIT } from './program.ts';
import { type State, stateTable } from './table.ts';

/** Puts the starts from `from` on into `found`, the last one first, and returns their number. Without `found` one is enough. */
export type StartFinder = (text: string, from: number, found?: Int32Array) => number;

const TABLE_BYTES = 2 * 1024 * 1024;

export function startFinder(program: Program, classes: Classes): StartFinder {
  const { kinds, other, assertions } = program;
  const { count, members, traits, ofUnit, ofPoint } = classes;
  const width = count + 1;
  const table = stateTable(width, TABLE_BYTES);
  const before = predecessors(program);
  const end = kinds.length;
  const marks = new Int32Array(end);
  let mark = 0;
  const asserts = assertions.length > 0;

  /** Every step that leads to these without a character, including them. */
  function closed({ steps, traits: behind }: State, ahead: number): number[] {
    mark++;
    const open = [...steps];
    for (const step of open) marks[step] = mark;
    for (let at = 0; at < open.length; at++) {
      for (const step of before[open[at] as number] as readonly number[]) {
        if (kinds[step] === CHARACTER || marks[step] === mark) continue;
        if (kinds[step] === ASSERTION && !holds(assertions[other[step] as number], ahead, behind)) continue;
        marks[step] = mark;
        open.push(step);
      }
    }
    return open;
  }

  /**
   * The next state with one more character before it, as `2 * (its row + 1)`, plus 1 where a match starts after that character.
   */
  function made(number: number, classNumber: number): number {
    const { age } = table;
    const all = closed(table.state(number), traits[classNumber] as number);
    const starts = marks[program.start] === mark ? 1 : 0;
    mark++;
    const steps: number[] = [MATCH_STEP];
    for (const step of all) {
      for (const earlier of before[step] as readonly number[]) {
        if (kinds[earlier] !== CHARACTER || marks[earlier] === mark) continue;
        if (members[(other[earlier] as number) * count + classNumber] !== 1 || classNumber === count) continue;
        marks[earlier] = mark;
        steps.push(earlier);
      }
    }
    const state = {
      steps: Uint16Array.from(steps).sort(),
      traits: asserts ? (traits[classNumber] as number) : 0,
    };
    const move = 2 * (width * table.number(state) + 1) + starts;
    table.set(number, age, classNumber, move);
    return move;
  }

  let first = { row: -1, age: -1 };

  /** After the last character. */
  function firstRow(): number {
    if (first.age !== table.age) {
      const row = width * table.number({ steps: Uint16Array.of(MATCH_STEP), traits: asserts ? EDGE : 0 });
      first = { row, age: table.age };
    }
    return first.row;
  }

  return (text, from, found) => {
    let row = firstRow();
    let moves = table.moves;
    let starts = 0;
    for (let at = text.length; ; ) {
      let size = 1;
      let classNumber = count;
      if (at > 0) {
        const unit = text.charCodeAt(at - 1);
        if ((unit & 0xf800) !== 0xd800) classNumber = ofUnit[unit] as number;
        else {
          size = at > 1 && unit >= 0xdc00 && (text.charCodeAt(at - 2) & 0xfc00) === 0xd800 ? 2 : 1;
          classNumber = ofPoint(text.codePointAt(at - size) as number);
        }
      }
      let move = moves[row + classNumber] as number;
      if (move === 0) {
        move = made(row / width, classNumber);
        moves = table.moves;
      }
      if ((move & 1) === 1) {
        if (found === undefined) return 1;
        found[starts++] = at;
      }
      row = (move >> 1) - 1;
      if (at <= from) return starts;
      at -= size;
    }
  };
}

/** The first step of a program: see `programOf`. */
const MATCH_STEP = 0;

function predecessors({ kinds, next, other }: Program): readonly (readonly number[])[] {
  const before: number[][] = kinds.map(() => []);
  for (const [step, kind] of kinds.entries()) {
    before[next[step] as number]?.push(step);
    if (kind === SPLIT && other[step] !== next[step]) before[other[step] as number]?.push(step);
  }
  return before;
}
