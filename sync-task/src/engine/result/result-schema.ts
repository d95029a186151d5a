/** The result as a schema, for whoever reads it: `docs/result.schema.json` is written from it. Loaded by tests and scripts alone. */
import { z } from 'zod';
import type { Result } from './result.ts';

const count = z.int().nonnegative();
const decision = z.enum([
  'copy',
  'excluded',
  'not-listed',
  'planned',
  'copied',
  'adopted',
  'unchanged',
  'deferred',
  'refused',
  'failed',
  'skipped',
]);
const kind = z.enum(['usage', 'permanent', 'transient', 'permission', 'refused', 'changed', 'stopped']);

export const resultSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    command: z.string(),
    pipeline: z.string(),
    run: z.string().describe('empty where the command is about no run'),
    status: z.enum(['done', 'partial', 'failed', 'refused', 'stopped']),
    files: z.strictObject({
      listed: count,
      unchanged: count,
      excluded: count,
      planned: count,
      copied: count,
      adopted: count,
      skipped: count,
      deferred: count,
      refused: count,
      failed: count,
    }),
    bytes: z.strictObject({ read: count, written: count, resumed: count }),
    batches: z.array(
      z.strictObject({
        number: count,
        files: count,
        bytes: count,
        status: z.enum(['planned', 'done', 'partial', 'failed']),
      }),
    ),
    errors: z.array(z.strictObject({ path: z.string(), kind, reason: z.string(), message: z.string() })),
    errorsLeftOut: count,
    durationMs: count,
    capabilities: z.record(z.string(), z.unknown()),
    weakened: z
      .array(z.string())
      .describe('with --publish in-place: what is promised less, a clause each')
      .exactOptional(),
    explain: z
      .array(
        z.strictObject({
          path: z.string(),
          decision,
          reason: z.string(),
        }),
      )
      .exactOptional(),
    explainLeftOut: count.exactOptional(),
    gates: z
      .array(
        z.strictObject({
          gate: z.enum([
            'empty-source',
            'few-files',
            'many-files',
            'total-size',
            'file-size',
            'name-collision',
            'empty-target',
          ]),
          folder: z.string(),
          verdict: z.enum(['warned', 'refused', 'accepted']),
          what: z.string(),
        }),
      )
      .exactOptional(),
    verified: z
      .strictObject({
        checksum: z.enum(['none', 'target', 'both']),
        checked: count,
        excluded: count,
        found: z.strictObject({
          ok: count,
          missing: count,
          'size-differs': count,
          'time-differs': count,
          'content-differs': count,
          'source-differs': count,
          'source-changed': count,
          'source-gone': count,
          unverifiable: count,
        }),
        repaired: count,
        findings: z.array(
          z.strictObject({
            path: z.string(),
            finding: z.enum([
              'missing',
              'size-differs',
              'time-differs',
              'content-differs',
              'source-differs',
              'source-changed',
              'source-gone',
              'unverifiable',
            ]),
            message: z.string(),
            repaired: z.boolean().exactOptional(),
          }),
        ),
        findingsLeftOut: count,
      })
      .exactOptional(),
    report: z.string().describe('where the report stands below --report-dir, as the path of a URL').exactOptional(),
    manifest: z.string().describe('likewise its manifest').exactOptional(),
    totals: z
      .strictObject({
        bytes: count,
        sourceBytes: count,
        retries: count,
        claimsLost: count,
        leftPlanned: count,
        elapsedMs: count,
      })
      .describe('of the whole run')
      .exactOptional(),
    queued: count.describe('files of the whole run still to be copied').exactOptional(),
    phases: z
      .array(
        z.strictObject({
          phase: z.enum(['plan', 'transfer', 'finish']),
          files: count,
          bytes: count,
          durationMs: count,
        }),
      )
      .exactOptional(),
    transforms: z
      .record(z.string(), z.record(z.string(), count))
      .describe('what transforms counted in the files published by this process: transform → counter → sum')
      .exactOptional(),
    unswept: count
      .describe('files of which dead workers may have left something, that could not be looked at')
      .exactOptional(),
    swept: count.describe('attempts of dead workers of which something was removed').exactOptional(),
    pruned: z.strictObject({ runs: count, events: count }).exactOptional(),
    runs: z
      .array(
        z.strictObject({
          run: z.string(),
          status: z.enum(['planning', 'planned', 'done', 'partial', 'failed', 'refused', 'stopped']),
          createdAt: z.string(),
          finishedAt: z.string().exactOptional(),
        }),
      )
      .exactOptional(),
    pipelines: z
      .array(z.strictObject({ pipeline: z.string(), source: z.string(), target: z.string() }))
      .describe('with status of no pipeline: all that the state knows')
      .exactOptional(),
    leftOut: z
      .strictObject({ run: z.string(), at: z.string(), decision, reason: z.string() })
      .describe('with status --path: the last of the newest runs that left it out, and why')
      .exactOptional(),
    events: z
      .array(
        z.strictObject({
          at: z.string(),
          run: z.string(),
          event: z.string(),
          token: count,
          detail: z.string(),
        }),
      )
      .exactOptional(),
  })
  .meta({ title: 'The result of a sync-task command' });

/** Fails to compile where the schema and the type differ. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
const same: Same<Mutable<Result>, z.infer<typeof resultSchema>> = true;
void same;
