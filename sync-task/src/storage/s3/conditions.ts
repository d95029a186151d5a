/**
 * Fencing: an object is published only where what stands there is still what stood there when its draft was begun. A
 * worker that was frozen in between finds what its successor wrote, and stops. Not every service offers this.
 */
import { SyncError } from '../../errors.ts';
import { type Destination, describeObject } from './bucket.ts';
import { draftOf } from './object-version.ts';
import { explainS3Error, isS3Error } from './s3-errors.ts';

export type Condition = { readonly IfMatch: string } | { readonly IfNoneMatch: '*' };

/** Looks that nothing came of are forgotten beyond so many. */
const REMEMBERED = 1000;

export interface Conditions {
  /** What stood there at a look; the next draft for the path need not look again. */
  saw(path: string, etag: string | undefined): void;
  /** Under which condition a draft that begins now may be published. */
  begin(destination: Destination): Promise<Condition | undefined>;
  /** Publishes. Throws `target-changed` where somebody else did so meanwhile. */
  publish(publication: Publication): Promise<void>;
}

export interface Publication extends Destination {
  readonly draft: string;
  readonly condition: Condition | undefined;
  send(condition: Condition | Record<string, never>): Promise<unknown>;
}

export function conditions(): Conditions {
  const seen = new Map<string, string | undefined>();
  let offered = true;

  return {
    saw(path, etag) {
      seen.delete(path);
      seen.set(path, etag);
      if (seen.size > REMEMBERED) seen.delete(seen.keys().next().value as string);
    },

    async begin(destination) {
      if (!offered) return undefined;
      const { path } = destination;
      const etag = seen.has(path) ? seen.get(path) : (await describeObject(destination))?.ETag;
      seen.delete(path);
      return etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag };
    },

    async publish(publication) {
      const { bucket, path, draft, condition } = publication;
      try {
        await publication.send((offered && condition) || {});
      } catch (error) {
        if (isS3Error(error, 'NotImplemented', 501) && offered && condition) {
          offered = false;
          throw new SyncError(
            `${bucket.label}: the service takes no conditional writes; trying ${JSON.stringify(path)} again without`,
            { kind: 'transient', reason: 'no-conditional-writes', path, cause: error },
          );
        }
        // An answer that was lost on the way: what stands there is what we wrote.
        if (isS3Error(error, 'PreconditionFailed', 412, 'NoSuchUpload')) {
          const standing = await describeObject(publication);
          if (standing && draftOf(standing) === draft) return;
        }
        throw explainS3Error(error, { label: bucket.label, path, what: 'publish' });
      }
    },
  };
}
