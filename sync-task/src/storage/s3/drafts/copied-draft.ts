/**
 * A copy inside the service, from one of its buckets to another. Up to 5 GiB it is one request, sent when the draft is
 * published; a larger file is copied before, in parts of one multipart upload. What the source says of its content (type,
 * encoding, metadata; tags in one request only) goes along.
 */
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  type HeadObjectCommandOutput,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { SyncError } from '../../../base/errors.ts';
import { isHeld } from '../../lease.ts';
import type { DraftOptions, FinishedDraft } from '../../storage.ts';
import { guarded, type ObjectTarget } from '../bucket.ts';
import type { Condition, Conditions } from '../conditions.ts';
import { describedAs, descriptionOf, whole } from '../object-version.ts';
import { explained } from '../s3-errors.ts';
import type { OwnDraft } from './own-draft.ts';
import { ticketOf } from './ticket.ts';
import { abortUpload, completion, type StandingUpload, type UploadedPart } from './uploads.ts';

const GiB = 1024 ** 3;
/** What one request copies at most. */
const MOST_AT_ONCE_BYTES = 5 * GiB;
const PART_BYTES = GiB;
const PARTS_AT_ONCE = 4;

export interface CopyPlan extends ObjectTarget {
  readonly options: DraftOptions;
  readonly conditions: Conditions;
  readonly condition: Condition | undefined;
  forget(): void;
  readonly from: { readonly bucket: string; readonly key: string; readonly found: HeadObjectCommandOutput };
  readonly standing: StandingUpload | undefined;
  /** For tests: what the service copies at once, and how large a part is. */
  readonly mostAtOnceBytes?: number;
  readonly partBytes?: number;
}

export function copiedDraft(plan: CopyPlan): OwnDraft {
  const { bucket, key, path, options, conditions, condition, from, standing } = plan;
  const { found } = from;
  const size = found.ContentLength ?? 0;
  const at = { Bucket: bucket.name, Key: key };
  const partBytes = standing?.parts.get(1)?.size ?? plan.partBytes ?? PART_BYTES;
  const inParts = size > (plan.mostAtOnceBytes ?? MOST_AT_ONCE_BYTES);
  const source = {
    CopySource: `${from.bucket}/${from.key.split('/').map(encodeURIComponent).join('/')}`,
    CopySourceIfMatch: found.ETag,
  };
  const described = {
    ...describedAs(bucket, path, { ...options, description: descriptionOf(found) }),
    ...expiresOf(found),
    ...bucket.writing,
  };
  const parts = new Map<number, UploadedPart>(inParts ? standing?.parts : undefined);
  let uploadId = inParts ? standing?.uploadId : undefined;
  let over = false;

  async function copyPart(number: number): Promise<void> {
    const start = (number - 1) * partBytes;
    const bytes = Math.min(partBytes, size - start);
    if (parts.get(number)?.size === bytes) {
      options.onCopied?.(bytes);
      return;
    }
    const { CopyPartResult } = await bucket.client.send(
      guarded(
        new UploadPartCopyCommand({
          ...at,
          ...source,
          UploadId: uploadId,
          PartNumber: number,
          CopySourceRange: `bytes=${start}-${start + bytes - 1}`,
        }),
        options.mayWrite,
      ),
      { abortSignal: options.signal },
    );
    options.onCopied?.(bytes);
    parts.set(number, {
      number,
      size: bytes,
      etag: CopyPartResult?.ETag ?? '',
      sha256: CopyPartResult?.ChecksumSHA256,
    });
  }

  async function copyParts(): Promise<void> {
    if (uploadId === undefined) {
      const begun = await bucket.client.send(
        guarded(new CreateMultipartUploadCommand({ ...at, ...described }), options.mayWrite),
      );
      uploadId = begun.UploadId as string;
      await options.remember?.(ticketOf({ uploadId, mtimeMs: options.mtimeMs }));
    }
    let next = 1;
    const work = async () => {
      for (let number = next++; (number - 1) * partBytes < size; number = next++) {
        options.signal.throwIfAborted();
        await copyPart(number);
      }
    };
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, work));
  }

  function copyWhole(now: Condition | Record<string, never>): CopyObjectCommand {
    return new CopyObjectCommand({
      ...at,
      ...source,
      ...described,
      MetadataDirective: 'REPLACE',
      ...(described.Tagging === undefined ? {} : { TaggingDirective: 'REPLACE' }),
      ...now,
    });
  }

  const draft: OwnDraft = {
    path,
    mtimeMs: whole(options.mtimeMs),
    takesAtOnce: true,
    storedBytes: 0,
    content: undefined,
    size,

    async write() {
      throw new SyncError('a copy of the service takes no bytes', { kind: 'permanent', reason: 'internal', path });
    },
    async flush() {},

    async finish(): Promise<FinishedDraft> {
      options.signal.throwIfAborted();
      if (inParts) await explained({ label: bucket.label, path, what: 'copy', signal: options.signal }, copyParts);
      else options.onCopied?.(size);
      return { size, mtimeMs: draft.mtimeMs, mtimeKept: true };
    },

    async publish({ onlyNew, mayWrite = options.mayWrite }) {
      await conditions.publish({
        ...plan,
        ...{ mark: options.mark ?? options.name, onlyNew, mayWrite, condition },
        send: (now, ask) =>
          inParts
            ? bucket.client.send(guarded(completion(at, uploadId as string, [...parts.values()], now), ask))
            : bucket.client.send(guarded(copyWhole(now), ask), { abortSignal: options.signal }),
      });
      over = true;
      plan.forget();
    },

    async leave() {
      over = true;
      plan.forget();
    },

    async discard() {
      if (over) return;
      over = true;
      plan.forget();
      if (uploadId !== undefined && (await isHeld(options.mayWrite))) await abortUpload(plan, uploadId);
    },
  };
  return draft;
}

/** Only where it is a date: a service keeps whatever text was given. */
function expiresOf({ ExpiresString = '' }: HeadObjectCommandOutput): { readonly Expires?: Date } {
  const ms = Date.parse(ExpiresString);
  return Number.isNaN(ms) ? {} : { Expires: new Date(ms) };
}
