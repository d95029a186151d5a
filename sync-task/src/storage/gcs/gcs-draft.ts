/**
 * A draft: bytes in memory, or a resumable upload without its end. Publishing sends the rest and the end, on the condition that
 * the generation at the name is still the one that stood there at the beginning. The service compares the CRC32C of all bytes.
 */
import { SyncError } from '../../base/errors.ts';
import type { Chunk } from '../../base/model.ts';
import { isHeld } from '../lease.ts';
import { blocks } from '../objects/blocks.ts';
import { metadataOf } from '../objects/metadata.ts';
import { meanings, serviceError } from '../objects/service-error.ts';
import type { ContentFacts, Draft, DraftOptions, FinishedDraft, MayWrite } from '../storage.ts';
import type { GcsBucket } from './bucket.ts';
import { base64Of, crc32c } from './crc32c.ts';
import { explained } from './gcs-errors.ts';
import { readTicket, writeTicket } from './ticket.ts';
import { QUANTUM_BYTES, sessionState, type UploadSession, uploadSession } from './upload-session.ts';

const USUAL_CHUNK_BYTES = 4 * 1024 * 1024;

export interface GcsDraftPlan {
  readonly bucket: GcsBucket;
  /** Of the object. */
  readonly name: string;
  readonly path: string;
  readonly options: DraftOptions;
  /** The generation that stands there; '0' for none. */
  generation(): Promise<string>;
  /** When it is left, discarded or published. */
  forget(): void;
}

export interface GcsDraft extends Draft {
  readonly path: string;
  readonly mtimeMs: number;
  readonly size: number;
  readonly mark: string;
  publish(mayWrite?: MayWrite): Promise<void>;
}

export async function startDraft(plan: GcsDraftPlan): Promise<GcsDraft> {
  const { bucket, name, path, options } = plan;
  const { api, send, label, timeoutMs } = bucket;
  const { signal, mtimeMs, resume } = options;
  const request = { label, path, what: 'write', signal };
  const ticket = resume?.ticket === undefined ? undefined : readTicket(resume.ticket);
  const begin = resume?.offset ?? 0;
  const mark = options.mark ?? options.name;
  let session: UploadSession | undefined;
  let generation: string | undefined;
  let facts: ContentFacts = {};
  let start = 0;
  if (resume) {
    const uri = ticket?.uri;
    const state = uri ? await explained(request, () => sessionState({ send, uri, timeoutMs, signal })) : undefined;
    if (!uri || !state || state.response || state.storedBytes < begin) throw gone(plan);
    session = uploadSession({ send, uri, timeoutMs, signal });
    start = state.storedBytes;
  }
  const known = ticket?.digests.find(([offset]) => offset === begin);
  /** Undefined where another process began the draft and did not record the digest. */
  let digest = begin === 0 ? 0 : known?.[1];
  const digests: (readonly [offset: number, value: number])[] = known ? [known] : [];
  let position = begin;

  const description = bucket.describe(path, options.description);
  const described = () => ({
    ...description,
    name,
    metadata: { ...description.metadata, ...metadataOf({ mtimeMs, draft: mark, ...facts }) },
  });
  const condition = async () => {
    generation ??= await explained(request, plan.generation);
    return generation;
  };
  async function openSession(): Promise<UploadSession> {
    const replaced = await condition();
    const uri = await explained(request, () => api.beginUpload(described(), replaced, signal));
    return uploadSession({ send, uri, timeoutMs, signal });
  }

  let sending: Promise<void> = Promise.resolve();
  const filling = await blocks({
    budget: bucket.writing,
    blockBytes: chunkBytes(bucket.budgetBytes),
    leastBytes: QUANTUM_BYTES,
    atOnce: 2, // one is filled while one is sent
    expectedBytes: rounded(options.expectedBytes, start),
    segmentBytes: borderBytes(options.segmentBytes),
    start,
    send({ offset, bytes }) {
      sending = sending.then(async () => {
        signal.throwIfAborted();
        session ??= await openSession();
        const to = session;
        await options.mayWrite?.();
        await explained(request, () => to.append(offset, bytes));
      });
      return sending;
    },
  });

  /** Notes the digest at each border behind which a later attempt may resume. */
  function hash(piece: Uint8Array): void {
    const segment = options.segmentBytes ?? Number.POSITIVE_INFINITY;
    for (let rest = piece; rest.length > 0; ) {
      const part = rest.subarray(0, Math.min(rest.length, segment - (position % segment)));
      if (digest !== undefined) digest = crc32c(part, digest);
      position += part.length;
      rest = rest.subarray(part.length);
      if (digest !== undefined && position % segment === 0) digests.push([position, digest]);
    }
  }
  /** Without what the service has stored already behind the offset where this attempt resumes. */
  function unstored(piece: Uint8Array): Uint8Array {
    const from = position;
    hash(piece);
    return from >= start ? piece : piece.subarray(Math.min(start - from, piece.length));
  }
  async function end(): Promise<void> {
    plan.forget();
    await filling.close();
  }

  return {
    path,
    mtimeMs,
    mark,
    takesAtOnce: true,
    get size() {
      return Math.max(position, filling.storedBytes);
    },
    get storedBytes() {
      return filling.storedBytes;
    },
    get ticket() {
      if (!session) return undefined;
      const stored = filling.storedBytes;
      return writeTicket({
        uri: session.uri,
        mtimeMs,
        digests: digests.filter(([offset]) => offset <= stored).slice(-2),
      });
    },
    async write(chunk: Chunk) {
      signal.throwIfAborted();
      const pieces = chunk.map(unstored).filter((piece) => piece.length > 0);
      if (pieces.length > 0) await filling.write(pieces);
    },
    async flush() {}, // stored is stored
    async finish(found: ContentFacts = {}): Promise<FinishedDraft> {
      signal.throwIfAborted();
      facts = found;
      await Promise.all([filling.hold(), session ? undefined : condition()]);
      signal.throwIfAborted();
      return { size: filling.writtenBytes, mtimeMs, mtimeKept: true };
    },
    async publish(mayWrite = options.mayWrite) {
      const rest = await filling.hold();
      if (!session) await condition();
      await mayWrite?.();
      const sum = digest === undefined ? undefined : base64Of(digest);
      if (!session) {
        // Kept until now: one request, and the service compares the sum before there is an object.
        await api.insert({ ...described(), ...(sum === undefined ? {} : { crc32c: sum }) }, rest, await condition());
      } else {
        const stored = await session.complete(filling.storedBytes, rest, sum);
        if (stored.crc32c !== undefined && sum !== undefined && stored.crc32c !== sum) {
          throw serviceError(undefined, { ...request, what: 'publish' }, meanings.damaged);
        }
      }
      await end();
    },
    async leave() {
      await end();
    },
    async discard() {
      await end();
      const to = session;
      if (to && (await isHeld(options.mayWrite))) await explained({ label, path, what: 'discard' }, () => to.cancel());
    },
  };
}

function gone({ bucket, path }: GcsDraftPlan): SyncError {
  return new SyncError(`${bucket.label}: what was uploaded of ${JSON.stringify(path)} is gone; run again`, {
    kind: 'transient',
    reason: 'draft-missing',
    path,
  });
}

function chunkBytes(budgetBytes: number): number {
  const wanted = Math.min(USUAL_CHUNK_BYTES, budgetBytes / 4);
  return Math.max(1, Math.floor(wanted / QUANTUM_BYTES)) * QUANTUM_BYTES;
}

/** What is sent before the end comes in whole quanta: so does memory for it. */
function rounded(expectedBytes: number | undefined, start: number): number | undefined {
  if (expectedBytes === undefined) return undefined;
  return start + Math.ceil(Math.max(expectedBytes - start, 1) / QUANTUM_BYTES) * QUANTUM_BYTES;
}

function borderBytes(segmentBytes: number | undefined): number | undefined {
  return segmentBytes !== undefined && segmentBytes % QUANTUM_BYTES === 0 ? segmentBytes : undefined;
}
