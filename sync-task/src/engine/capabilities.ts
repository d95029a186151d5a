import type { Storage } from '../storage/storage.ts';

/** What source and target can do, as recorded with every run. */
export function capabilitiesOf({ source, target }: { readonly source: Storage; readonly target: Storage }) {
  return {
    source: { place: source.label, ...source.capabilities },
    target: { place: target.label, ...target.capabilities },
  };
}
