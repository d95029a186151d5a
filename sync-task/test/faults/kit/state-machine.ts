/**
 * What may happen to a file, as its events tell it. This is the table behind the picture in docs/reliability.md, and every
 * test of this kit holds the events of every file against it.
 */
import type { EventRecord } from '../../../src/state/state.ts';

type Event = EventRecord['event'];
type Status = 'free' | 'claimed' | 'intended' | 'recovering' | 'settled' | 'unsettled';

/** Under one fencing token: event → what comes of it. */
export const transitions: Readonly<Record<Status, Readonly<Partial<Record<Event, Status>>>>> = {
  free: { claimed: 'claimed' },
  claimed: {
    intent: 'intended',
    adopted: 'settled',
    unchanged: 'settled',
    deferred: 'unsettled',
    refused: 'unsettled',
    failed: 'unsettled',
  },
  // A second intent under the same token: the process tried again. Somebody else's file of the same size and time may stand there by then.
  intended: {
    intent: 'intended',
    copied: 'settled',
    adopted: 'settled',
    deferred: 'unsettled',
    refused: 'unsettled',
    failed: 'unsettled',
  },
  // A sweep looks at what a dead worker left; it records what proves to be published, and nothing else.
  recovering: {},
  settled: {},
  unsettled: {},
};

/** Across tokens: a lease ended, or an attempt settled nothing; the next claim begins anew with the next token. */
const takeOvers: readonly (readonly [Status, Event, Status])[] = [
  ['claimed', 'claimed', 'claimed'],
  ['intended', 'claimed', 'claimed'],
  ['unsettled', 'claimed', 'claimed'],
  ['settled', 'claimed', 'claimed'],
  ['recovering', 'claimed', 'claimed'],
  ['claimed', 'recovery', 'recovering'],
  ['intended', 'recovery', 'recovering'],
  ['unsettled', 'recovery', 'recovering'],
  ['recovering', 'recovery', 'recovering'],
  // By the intent of who died before recording it.
  ['claimed', 'copied', 'settled'],
  ['recovering', 'copied', 'settled'],
];

/** Every step, as the picture shows them: `from --> to: event`. */
export function allSteps(): readonly string[] {
  const within = Object.entries(transitions).flatMap(([from, steps]) =>
    Object.entries(steps).map(([event, to]) => `${from} --> ${to}: ${event}`),
  );
  return [...within, ...takeOvers.map(([from, event, to]) => `${from} --> ${to}: ${event}`)].sort();
}

/** Every way in which these events, oldest first, could not have come about. */
export function illegalSteps(events: readonly EventRecord[]): readonly string[] {
  const faults: string[] = [];
  let status: Status = 'free';
  let token = 0;
  let intentLeft = false;
  for (const { event, token: by } of events) {
    if (event === 'claimed' || event === 'recovery') {
      if (by !== token + 1) faults.push(`${event} with token ${by} after ${token}`);
      if (event === 'recovery' && (status === 'free' || status === 'settled'))
        faults.push(`recovery of a file that is ${status}`);
      token = by;
      status = event === 'claimed' ? 'claimed' : 'recovering';
      continue;
    }
    if (by !== token) faults.push(`${event} by token ${by} while ${token} held the file`);
    // Published by somebody who died before recording it, or left complete: the intent tells.
    const next: Status | undefined =
      event === 'copied' && (status === 'claimed' || status === 'recovering') && intentLeft
        ? 'settled'
        : transitions[status][event];
    if (next === undefined) faults.push(`${event} after ${status}`);
    status = next ?? status;
    if (event === 'intent') intentLeft = true;
    if (status === 'settled') intentLeft = false;
  }
  return faults;
}
