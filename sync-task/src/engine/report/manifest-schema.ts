/** A line of the manifest as a schema: `docs/manifest.schema.json` is written from it. Loaded by tests and scripts alone. */
import { z } from 'zod';
import type { ManifestLine } from './manifest.ts';

const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const manifestSchema = z
  .strictObject({
    path: z.string().describe('below the root of the source; of a name that is not UTF-8, a form for display'),
    status: z.enum(['planned', 'copied', 'adopted', 'unchanged', 'deferred', 'refused', 'failed', 'skipped']),
    why: z.string().describe('why the plan took it, or left it out'),
    reason: z.string().describe('a stable word for what became of it'),
    message: z.string().exactOptional(),
    kind: z
      .enum(['usage', 'permanent', 'transient', 'permission', 'refused', 'changed', 'stopped'])
      .describe('how to react, where it failed or was refused')
      .exactOptional(),
    batch: count.exactOptional(),
    size: count.describe('of the source'),
    modifiedAt: z.string().describe('of the source, in ISO 8601; empty where no calendar has that time'),
    target: z
      .strictObject({
        path: z.string().describe('absent where the transforms were changed since the plan').exactOptional(),
        size: count,
        sha256: sha256.describe('of the whole file, where it is one segment').exactOptional(),
        segments: z.strictObject({ bytes: count, sha256: z.array(sha256) }).exactOptional(),
      })
      .describe('what this run left there; neither hash: it was adopted unread')
      .exactOptional(),
    transforms: z.array(z.string()).describe('in order; absent where they were changed since the plan').exactOptional(),
    quarantine: z
      .strictObject({ rows: count, paths: z.array(z.string()) })
      .describe('rejected rows, and the files of the target that hold them')
      .exactOptional(),
    durationMs: count.describe('of the attempt that settled it, waiting between its retries included').exactOptional(),
    attempts: count.describe('claims, and retries within them; 0: nobody worked on it'),
    claimsLost: count.describe('claims whose worker died or lost its lease'),
  })
  .meta({ title: 'A line of manifest.jsonl: one file that a run did not find unchanged' });

/** Fails to compile where the schema and the type differ. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
const same: Same<Mutable<ManifestLine>, z.infer<typeof manifestSchema>> = true;
void same;
