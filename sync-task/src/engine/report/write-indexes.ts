/**
 * The pages above the reports. When a run ends, the runs of its pipeline are read, and the newest kept in one file of its folder.
 * Of other pipelines only that file is read, however many runs they have.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import {
  compareTimes,
  indexPage,
  type ListedPipeline,
  type ListedRun,
  NEWEST_OF_ALL,
  pipelinePage,
} from './index-page.ts';
import { explained, folderName, writeWhole } from './report-folder.ts';
import { keptRunsSchema, summarySchema } from './summary.ts';

/** Runs that the page of a pipeline lists. */
const MOST_RUNS = 200;
/** No run's folder begins with a dot. */
const KEPT = '.runs.json';

/**
 * Writes the pages that list this pipeline's runs, and all pipelines. Writes them again where another run ended meanwhile, so that
 * the last of several writers has seen all runs.
 */
export async function writeIndexes(root: string, pipeline: string): Promise<void> {
  const own = folderName(pipeline);
  await explained(root, async () => {
    for (let [before, keptBefore] = ['', '']; ; ) {
      const inOwn = await folders(join(root, own));
      const mine = await readPipeline(root, own, inOwn);
      const kept = mine ? keptRuns(mine, inOwn.length) : '';
      // Before the others are read: of two runs that end at once, one sees the other.
      if (kept !== keptBefore) await writeWhole(root, join(root, own, KEPT), kept);
      keptBefore = kept;
      const pipelines: ListedPipeline[] = [];
      for (const folder of await folders(root)) {
        const listed = folder === own ? mine : await readKept(root, folder);
        if (listed) pipelines.push(listed);
      }
      const seen = JSON.stringify(pipelines);
      if (seen === before) return;
      before = seen;
      if (mine) await writeWhole(root, join(root, own, 'index.html'), pipelinePage(mine));
      await writeWhole(root, join(root, 'index.html'), indexPage(pipelines));
    }
  });
}

function keptRuns({ name, runs, count }: ListedPipeline, inFolder: number): string {
  const kept: z.infer<typeof keptRunsSchema> = {
    schemaVersion: 1,
    name,
    count,
    folders: inFolder,
    runs: runs.slice(0, NEWEST_OF_ALL),
  };
  return JSON.stringify(kept);
}

/** What was kept; where that is missing, or reports were added or removed since, what stands in the folder. */
async function readKept(root: string, folder: string): Promise<ListedPipeline | undefined> {
  const inFolder = await folders(join(root, folder));
  const kept = keptRunsSchema.safeParse(await readJson(join(root, folder, KEPT))).data;
  if (!kept || kept.folders !== inFolder.length) return readPipeline(root, folder, inFolder);
  const { name, count, runs } = kept;
  return { name, folder, count, runs };
}

async function readPipeline(
  root: string,
  folder: string,
  inFolder: readonly string[],
): Promise<ListedPipeline | undefined> {
  const found: { readonly run: string; readonly atMs: number }[] = [];
  for (const run of inFolder) {
    const file = await stat(join(root, folder, run, 'summary.json')).catch(ignoreMissing);
    if (file) found.push({ run, atMs: file.mtimeMs });
  }
  const runs: ListedRun[] = [];
  for (const { run } of found.sort((a, b) => b.atMs - a.atMs).slice(0, MOST_RUNS)) {
    // Undefined where it is none, or of another version: it is listed no more.
    const summary = summarySchema.safeParse(await readJson(join(root, folder, run, 'summary.json'))).data;
    if (summary) runs.push({ ...summary, folder: run });
  }
  const [newest] = runs.sort(compareTimes);
  return newest && { name: newest.pipeline, folder, runs, count: found.length };
}

/** Null where there is no such file, or no JSON in it. */
async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(ignoreMissing);
  try {
    return JSON.parse(text ?? 'null');
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function folders(parent: string): Promise<readonly string[]> {
  const entries = (await readdir(parent, { withFileTypes: true }).catch(ignoreMissing)) ?? [];
  return entries.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).sort();
}

/** Old reports may be removed while we read. */
function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
