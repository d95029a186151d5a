/** `summary.json`, beside every report: what the index pages need of it. */
import { z } from 'zod';

const count = z.int().nonnegative();

export const summarySchema = z.object({
  schemaVersion: z.literal(1),
  pipeline: z.string(),
  run: z.string(),
  status: z.enum(['done', 'partial', 'failed', 'refused', 'stopped']),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  files: z.object({
    listed: count,
    unchanged: count,
    copied: count,
    deferred: count,
    refused: count,
    failed: count,
    planned: count,
  }),
  bytes: count.describe('written at the target'),
});

export type Summary = z.infer<typeof summarySchema>;
