/** Odds and budgets of faults in one schedule. Budgets shrink as they are used. */
export interface Chances {
  /** Odds that a step kills, freezes or stops its process, and how often that may happen altogether. */
  readonly disrupt: number;
  kills: number;
  freezes: number;
  stops: number;
  /** How often a process's wall clock is set forward or back, and the largest change. */
  jumps: number;
  readonly jumpMs: number;
  /** The largest offset of clocks from the true time: of processes, storages and the database. */
  readonly skewMs: number;
  /** Odds that a request fails without effect, or that only its reply is lost. */
  readonly fail: number;
  readonly ambiguous: number;
  /** Faults are aimed at steps with a matching label: the odds that they strike the process, and that only the reply is lost. */
  readonly aim: string;
  readonly aimed: number;
  readonly blur: number;
  /** Longest duration of one step. */
  readonly paceMs: number;
  /** Odds that the process of the last step also takes the next: 0 is the fairest schedule. */
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
