/** How often what goes wrong, in one schedule. The counts go down as they are used. */
export interface Chances {
  /** Of a step that its process is killed, frozen or told to stop there; and how often that may happen in all. */
  readonly disrupt: number;
  kills: number;
  freezes: number;
  stops: number;
  /** How often a process' wall clock is put forward or back, and by how much at most. */
  jumps: number;
  readonly jumpMs: number;
  /** How far clocks of processes, places and the database are apart from the true time at most. */
  readonly skewMs: number;
  /** Of a request that it fails without any effect, or that only its answer is lost. */
  readonly fail: number;
  readonly ambiguous: number;
  /** Steps whose label matches are aimed at: of these, that a process is struck there, and that only the answer is lost. */
  readonly aim: string;
  readonly aimed: number;
  readonly blur: number;
  /** Most that one step takes. */
  readonly paceMs: number;
  /** Of a step that the process which did the last one goes on: 0 is as even as it gets. */
  readonly stick: number;
  /** Longest freeze. */
  readonly freezeMs: number;
}

export const calm: Chances = Object.freeze({
  disrupt: 0,
  kills: 0,
  freezes: 0,
  stops: 0,
  jumps: 0,
  jumpMs: 0,
  skewMs: 0,
  fail: 0,
  ambiguous: 0,
  aim: '',
  aimed: 0,
  blur: 0,
  paceMs: 4,
  stick: 0.5,
  freezeMs: 0,
});
