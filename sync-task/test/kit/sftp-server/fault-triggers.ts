/** Decides when a fault strikes. A fault begins to count when it is set: a new object, or a new number, starts afresh. */
import type { Counters, Faults, RequestFault } from './options.ts';

export interface FaultTriggers {
  /** Whether this request is the one that the fault waits for, or one of the `times` from there on. */
  strikes(fault: RequestFault | undefined, request: string, times?: number): boolean;
  /** Whether `dropAfterBytes` is reached; true once. */
  bytesReached(): boolean;
}

export function faultTriggers(faults: Faults, counters: Counters): FaultTriggers {
  const seen = new WeakMap<RequestFault, number>();
  let limit: number | undefined;
  let startBytes = 0;

  return {
    strikes(fault, request, times = 1) {
      if (!fault || fault.type !== request) return false;
      const count = (seen.get(fault) ?? 0) + 1;
      seen.set(fault, count);
      return count >= fault.count && count < fault.count + times;
    },
    bytesReached() {
      const bytes = counters.bytesRead + counters.bytesWritten;
      if (faults.dropAfterBytes !== limit) {
        limit = faults.dropAfterBytes;
        startBytes = bytes;
      }
      if (limit === undefined || bytes - startBytes < limit) return false;
      faults.dropAfterBytes = undefined;
      limit = undefined;
      return true;
    },
  };
}
