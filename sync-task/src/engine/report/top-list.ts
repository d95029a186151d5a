/** The `size` largest of any number of items, in memory that does not grow with them. */
export interface TopList<T> {
  add(item: T): void;
  /** Largest first; of equals, the one added first. */
  readonly items: readonly T[];
}

export function topList<T>(size: number, weight: (item: T) => number): TopList<T> {
  const items: T[] = [];
  return {
    add(item) {
      const mine = weight(item);
      const last = items.at(-1);
      if (items.length === size && (last === undefined || weight(last) >= mine)) return;
      const index = items.findIndex((each) => weight(each) < mine);
      items.splice(index < 0 ? items.length : index, 0, item);
      if (items.length > size) items.pop();
    },
    items,
  };
}
