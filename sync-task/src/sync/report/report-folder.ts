/** Where reports stand: `PIPELINE/RUN/` below one folder, with pages above them that list all. */
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SyncError } from '../../errors.ts';
import { compareTimes, indexPage, type ListedPipeline, type ListedRun, pipelinePage } from './index-page.ts';
import { type Summary, summarySchema } from './summary.ts';

/** Runs that the page of a pipeline lists. */
const MOST_RUNS = 200;
const LONGEST_NAME = 200;

/** A name as that of one folder, different for any two names. What a run may be called is mostly kept as it is. */
export function folderName(name: string): string {
  const encoded = [...Buffer.from(name)]
    .map((byte, index) => {
      const character = String.fromCharCode(byte);
      const plain = /[\w.:+@~-]/.test(character) && !(index === 0 && character === '.');
      return plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
  if (encoded !== '' && encoded.length <= LONGEST_NAME) return encoded;
  return `${encoded.slice(0, 100)}%-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

/** Makes the run's folder. Throws `usage` where that cannot be. */
export async function makeReportFolder(root: string, pipeline: string, run: string): Promise<string> {
  const folder = join(root, folderName(pipeline), folderName(run));
  await explained(root, async () => {
    await mkdir(folder, { recursive: true });
    // To learn it before a long transfer, not after.
    const probe = join(folder, tempName('probe'));
    await writeFile(probe, '');
    await rm(probe);
  });
  return folder;
}

/** The whole file, or the one that stood there before. */
export function writeWhole(root: string, file: string, content: string): Promise<void> {
  return writeStreamed(root, file, (handle) => handle.writeFile(content));
}

export async function writeStreamed<T>(
  root: string,
  file: string,
  write: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const temp = join(file, '..', tempName('part'));
  return explained(root, async () => {
    try {
      const handle = await open(temp, 'wx', 0o644);
      let written: T;
      try {
        written = await write(handle);
      } finally {
        await handle.close();
      }
      await rename(temp, file);
      return written;
    } catch (error) {
      await rm(temp, { force: true });
      throw error;
    }
  });
}

/**
 * Writes the pages that list this pipeline's runs, and all pipelines. Where another run ended meanwhile they are written again:
 * of any number of writers, the last one has seen all.
 */
export async function writeIndexes(root: string, pipeline: string): Promise<void> {
  const own = folderName(pipeline);
  await explained(root, async () => {
    for (let before: string | undefined; ; ) {
      const pipelines: ListedPipeline[] = [];
      for (const folder of await folders(root)) {
        const listed = await readPipeline(root, folder);
        if (listed) pipelines.push(listed);
      }
      const seen = JSON.stringify(pipelines);
      if (seen === before) return;
      before = seen;
      const mine = pipelines.find(({ folder }) => folder === own);
      if (mine) await writeWhole(root, join(root, own, 'index.html'), pipelinePage(mine));
      await writeWhole(root, join(root, 'index.html'), indexPage(pipelines));
    }
  });
}

async function readPipeline(root: string, folder: string): Promise<ListedPipeline | undefined> {
  const found: { readonly run: string; readonly atMs: number }[] = [];
  for (const run of await folders(join(root, folder))) {
    const file = await stat(join(root, folder, run, 'summary.json')).catch(ignoreMissing);
    if (file) found.push({ run, atMs: file.mtimeMs });
  }
  const runs: ListedRun[] = [];
  for (const { run } of found.sort((a, b) => b.atMs - a.atMs).slice(0, MOST_RUNS)) {
    const summary = await readSummary(join(root, folder, run, 'summary.json'));
    if (summary) runs.push({ ...summary, folder: run });
  }
  const [newest] = runs.sort(compareTimes);
  return newest && { name: newest.pipeline, folder, runs, count: found.length };
}

/** Undefined where it is none, or of another version: it is listed no more. */
async function readSummary(file: string): Promise<Summary | undefined> {
  const text = await readFile(file, 'utf8').catch(ignoreMissing);
  try {
    return summarySchema.safeParse(JSON.parse(text ?? 'null')).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function folders(parent: string): Promise<readonly string[]> {
  const entries = await readdir(parent, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).sort();
}

/** Somebody removes old reports while we read. */
function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function tempName(kind: string): string {
  return `.${kind}.${randomUUID()}.tmp`;
}

async function explained<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined || error instanceof SyncError) throw error;
    throw new SyncError(
      `--report-dir: ${root} cannot be written (${code}); check the folder, its rights and its space`,
      {
        kind: 'usage',
        reason: 'report-unwritable',
        cause: error,
      },
    );
  }
}
