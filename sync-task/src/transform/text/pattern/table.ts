/**
 * The states of an automaton, made on demand and kept as long as memory allows. A full table is emptied and starts anew: that
 * costs time, never more than a constant for each character.
 */

/** A state is a list of steps, in an order that may matter, and what is known about the character beside it. */
export interface State {
  readonly steps: Uint16Array;
  readonly traits: number;
}

export interface StateTable {
  /** By `state * width + class`; 0: not known yet. */
  readonly moves: Int32Array;
  readonly width: number;
  state(number: number): State;
  /** May drop all other states. */
  number(state: State): number;
  set(state: number, within: number, classNumber: number, move: number): void;
  /** How often all states were dropped. */
  readonly age: number;
}

export function stateTable(width: number, mostBytes: number): StateTable {
  let moves = new Int32Array(16 * width);
  let states: State[] = [];
  let numbers = new Map<string, number>();
  let bytes = 0;
  let age = 0;

  return {
    width,
    get moves() {
      return moves;
    },
    get age() {
      return age;
    },
    state: (number) => states[number] as State,
    number(state) {
      const { steps, traits } = state;
      const key = Buffer.from(steps.buffer, steps.byteOffset, steps.byteLength).toString('latin1') + traits;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      const cost = 2 * steps.byteLength + 4 * width + 200;
      if (bytes + cost > mostBytes && states.length > 0) {
        moves = new Int32Array(16 * width);
        states = [];
        numbers = new Map();
        bytes = 0;
        age++;
      }
      bytes += cost;
      const number = states.push(state) - 1;
      numbers.set(key, number);
      if (states.length * width > moves.length) {
        const larger = new Int32Array(2 * moves.length);
        larger.set(moves);
        moves = larger;
      }
      return number;
    },
    set(state, within, classNumber, move) {
      if (within === age) moves[state * width + classNumber] = move;
    },
  };
}
