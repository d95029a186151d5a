/** What a storage tells others of its kind so that they can copy from it where it lies (`Storage.copyOffer`). */
import type { Storage } from './storage.ts';

export interface CopyOffers<Offer> {
  /** For `Storage.copyOffer`: a sign that says nothing to storages of another kind. */
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
