/**
 * Finds the end of the match that starts at a position. A state is a list of steps, the preferred first: steps after a match in
 * that list can no longer win.
 */
import { type Classes, EDGE } from './classes.ts';
import { holds } from './holds.ts';
import { ASSERTION, CHARACTER, MATCH, type Program } from './program.ts';
import { stateTable } from './table.ts';

/** A match must start at `start`. */
export type EndFinder = (text: string, start: number) => number;

const TABLE_BYTES = 2 * 1024 * 1024;
const DEAD = 0;

export function endFinder(program: Program, classes: Classes): EndFinder {
  const { kinds, next, other, assertions } = program;
  const { count, members, traits, ofUnit, ofPoint } = classes;
  const table = stateTable(count + 1, TABLE_BYTES);
  const marks = new Int32Array(kinds.length);
  let mark = 0;
  const asserts = assertions.length > 0;

  /** The next state after one more character, as `2 * (to + 1)`, plus 1 where a match ends before that character. */
  function made(number: number, classNumber: number): number {
    const { age } = table;
    const { steps, traits: before } = table.state(number);
    const behind = traits[classNumber] as number;
    mark++;
    const open = [...steps].reverse();
    const after: number[] = [];
    let matched = 0;
    while (open.length > 0) {
      const step = open.pop() as number;
      if (marks[step] === mark) continue;
      marks[step] = mark;
      if (kinds[step] === MATCH) {
        matched = 1;
        break;
      }
      if (kinds[step] === CHARACTER) {
        if (classNumber !== count && members[(other[step] as number) * count + classNumber] === 1)
          after.push(next[step] as number);
      } else if (kinds[step] === ASSERTION) {
        if (holds(assertions[other[step] as number], before, behind)) open.push(next[step] as number);
      } else open.push(other[step] as number, next[step] as number);
    }
    const distinct = Uint16Array.from(new Set(after));
    const to = distinct.length === 0 ? DEAD : table.number({ steps: distinct, traits: asserts ? behind : 0 }) + 1;
    const move = 2 * (to + 1) + matched;
    table.set(number, age, classNumber, move);
    return move;
  }

  return (text, start) => {
    const { width } = table;
    const ahead = asserts ? traitsBefore(text, start) : 0;
    let state = table.number({ steps: Uint16Array.of(program.start), traits: ahead });
    let { moves } = table;
    let end = -1;
    let at = start;
    for (;;) {
      let size = 1;
      let classNumber = count;
      if (at < text.length) {
        const unit = text.charCodeAt(at);
        if ((unit & 0xf800) !== 0xd800) classNumber = ofUnit[unit] as number;
        else {
          const point = text.codePointAt(at) as number;
          size = point > 0xffff ? 2 : 1;
          classNumber = ofPoint(point);
        }
      }
      let move = moves[state * width + classNumber] as number;
      if (move === 0) {
        move = made(state, classNumber);
        moves = table.moves;
      }
      if ((move & 1) === 1) end = at;
      const to = (move >> 1) - 1;
      if (to === DEAD) return end;
      state = to - 1;
      at += size;
    }
  };

  function traitsBefore(text: string, at: number): number {
    if (at === 0) return EDGE;
    const unit = text.charCodeAt(at - 1);
    const pair = at > 1 && (unit & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 2) & 0xfc00) === 0xd800;
    return traits[pair ? ofPoint(text.codePointAt(at - 2) as number) : (ofUnit[unit] as number)] as number;
  }
}
