/** `summary.json`, beside every report: what the index pages show of a run. */
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
  endedIn: z.string().exactOptional().describe('the command that ended with an error: nothing was counted'),
  runUrl: z
    .string()
    .regex(/^https?:\/\//)
    .exactOptional()
    .describe('where whoever started the run shows it'),
});

/** `.runs.json`, beside a pipeline's runs: what the page of all pipelines shows of them. */
export const keptRunsSchema = z.object({
  schemaVersion: z.literal(1),
  name: z.string(),
  count: count.describe('runs with a summary'),
  folders: count.describe('runs, with a summary or not; another number tells that this is out of date'),
  runs: z.array(summarySchema.extend({ folder: z.string() })).min(1),
});

export type Summary = z.infer<typeof summarySchema>;
