/**
 * Fencing: an object is published only while its key holds what stood there when the draft was begun. A worker that was frozen
 * in between finds what its successor wrote, and stops. Not every service offers this.
 */
import { SyncError } from '../../base/errors.ts';
import { existsAlready } from '../standing.ts';
import type { MayWrite, PublishOptions } from '../storage.ts';
import { describeObject, type ObjectTarget } from './bucket.ts';
import { draftOf } from './object-version.ts';
import { explainS3Error, isS3Error } from './s3-errors.ts';

export type Condition = { readonly IfMatch: string } | { readonly IfNoneMatch: '*' };

/** Looks that nothing came of are forgotten beyond so many. */
const REMEMBERED = 1000;

export interface Conditions {
  /** False once the service has refused them. */
  readonly offered: boolean;
  /** As far as is known, they are offered and heeded. */
  readonly hold: boolean;
  /** The service refuses them. */
  lacking(): void;
  /** It takes them, and replaces all the same in one way at least; they are sent for the others. */
  unheeded(): void;
  /** What stood there at a look; the next draft for the path need not look again. */
  saw(path: string, etag: string | undefined): void;
  /** Under which condition a draft that begins now may be published. */
  begin(target: ObjectTarget): Promise<Condition | undefined>;
  /** Publishes. Throws `target-changed` where somebody else did so meanwhile, `exists` where nothing may be replaced. */
  publish(publication: Publication): Promise<void>;
}

export interface Publication extends ObjectTarget, Pick<PublishOptions, 'onlyNew' | 'mayWrite'> {
  /** As the object carries it. */
  readonly mark: string;
  readonly condition: Condition | undefined;
  /** To ask before each time that it is sent, also when it is tried again. */
  send(condition: Condition | Record<string, never>, mayWrite: MayWrite | undefined): Promise<unknown>;
}

export function conditions(): Conditions {
  const seen = new Map<string, string | undefined>();
  let offered = true;
  let heeded = true;

  /** Whether what stands there is what is to be published: then an answer was lost. Throws where it may not be replaced. */
  async function isPublished(publication: Publication): Promise<boolean> {
    const standing = await describeObject(publication);
    if (standing && draftOf(standing) === publication.mark) return true;
    if (standing && publication.onlyNew) throw existsAlready(publication.bucket.label, publication.path);
    return false;
  }

  return {
    get offered() {
      return offered;
    },
    get hold() {
      return offered && heeded;
    },
    lacking() {
      offered = false;
    },
    unheeded() {
      heeded = false;
    },

    saw(path, etag) {
      seen.delete(path);
      seen.set(path, etag);
      if (seen.size > REMEMBERED) seen.delete(seen.keys().next().value as string);
    },

    async begin(target) {
      if (!offered) return undefined;
      const { path } = target;
      const etag = seen.has(path) ? seen.get(path) : (await describeObject(target))?.ETag;
      seen.delete(path);
      return etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag };
    },

    async publish(publication) {
      const { bucket, path, onlyNew, mayWrite } = publication;
      const condition: Condition | undefined = onlyNew ? { IfNoneMatch: '*' } : publication.condition;
      // Not every service heeds the condition, or knows of a file that came to its disk in another way.
      if (onlyNew && (await isPublished(publication))) return;
      try {
        await publication.send((offered && condition) || {}, mayWrite);
      } catch (error) {
        if (isS3Error(error, 'NotImplemented', 501) && offered && condition) {
          offered = false;
          throw new SyncError(
            `${bucket.label}: the service takes no conditional writes; trying ${JSON.stringify(path)} again without`,
            { kind: 'transient', reason: 'no-conditional-writes', path, cause: error },
          );
        }
        // The answer may have been lost: then what stands there is what we wrote.
        if (isS3Error(error, 'PreconditionFailed', 412, 'NoSuchUpload')) {
          if (await isPublished(publication)) return;
        }
        throw explainS3Error(error, { label: bucket.label, path, what: 'publish' });
      }
    },
  };
}
