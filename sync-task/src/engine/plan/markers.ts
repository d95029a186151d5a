/** `--marker '{name}.done'`: a file is complete once its marker stands next to it. */
import type { Storage } from '../../storage/storage.ts';

export interface Markers {
  /** Marker files are not files to copy. */
  isMarker(path: string): boolean;
  markerOf(path: string): string;
  /** The paths whose marker is not there yet. */
  withoutMarker(paths: readonly string[]): Promise<ReadonlySet<string>>;
}

const LOOKS_AT_ONCE = 64;
const PLACEHOLDER = '{name}';

/**
 * Markers are looked up one by one, and only for files that would be copied: the listing may show a marker long before or
 * after its file, and remembering all of them would need memory for each.
 */
export function markers(pattern: string, source: Pick<Storage, 'stat'>): Markers {
  const at = pattern.indexOf(PLACEHOLDER);
  const before = pattern.slice(0, at);
  const after = pattern.slice(at + PLACEHOLDER.length);

  function markerOf(path: string): string {
    const start = path.lastIndexOf('/') + 1;
    return `${path.slice(0, start)}${before}${path.slice(start)}${after}`;
  }

  return {
    markerOf,
    isMarker(path) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      return name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after);
    },
    async withoutMarker(paths) {
      const without = new Set<string>();
      const left = [...paths];
      async function look(): Promise<void> {
        for (let path = left.pop(); path !== undefined; path = left.pop()) {
          if ((await source.stat(markerOf(path)))?.kind !== 'file') without.add(path);
        }
      }
      await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, look));
      return without;
    },
  };
}
