/** What a storage offers others of its service, so that they can copy inside it (`Storage.copyOffer`). */
import type { Storage } from './storage.ts';

export interface CopyOffers<Offer> {
  /** For `Storage.copyOffer`: means nothing to storages of another kind. */
  sign(offer: Offer): object;
  /** Undefined where that storage is of another kind, or offers nothing. */
  of(storage: Storage): Offer | undefined;
}

/** One for each kind of storage. */
export function copyOffers<Offer>(): CopyOffers<Offer> {
  const offers = new WeakMap<object, Offer>();
  return {
    sign(offer) {
      const sign = {};
      offers.set(sign, offer);
      return sign;
    },
    of: ({ copyOffer }) => copyOffer && offers.get(copyOffer),
  };
}
