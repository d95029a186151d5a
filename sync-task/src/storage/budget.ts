/**
 * A byte budget: the one bound on memory. Bytes in flight are taken here first, in order of asking.
 */
export interface ByteBudget {
  /** Resolves when that many bytes are ours. More than the whole budget counts as the whole budget. */
  take(bytes: number): Promise<void>;
  /** Takes them if they are free now and nobody waits. */
  tryTake(bytes: number): boolean;
  give(bytes: number): void;
}

export function byteBudget(limitBytes: number): ByteBudget {
  let free = limitBytes;
  const waiting: { readonly bytes: number; readonly resolve: () => void }[] = [];
  const cost = (bytes: number) => Math.min(bytes, limitBytes);

  function tryTake(bytes: number): boolean {
    if (waiting.length > 0 || cost(bytes) > free) return false;
    free -= cost(bytes);
    return true;
  }

  return {
    tryTake,
    async take(bytes) {
      if (tryTake(bytes)) return;
      await new Promise<void>((resolve) => waiting.push({ bytes: cost(bytes), resolve }));
    },
    give(bytes) {
      free += cost(bytes);
      for (let first = waiting[0]; first && first.bytes <= free; first = waiting[0]) {
        waiting.shift();
        free -= first.bytes;
        first.resolve();
      }
    },
  };
}
