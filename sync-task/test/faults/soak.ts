/**
 * A program: one long run under faults at random, and what it does to memory and file descriptors.
 *
 * usage: npm run soak -- [FILES [MINUTES]]     (20,000 files in 30 minutes)
 *
 * One process copies the files to a server of the kit, whose answers are late enough to fill the time and whose
 * connections are cut now and then. Its RSS and its open descriptors are looked at every second; at the end stand the
 * slope of both over the second half, and whether the trees agree. Linux alone: it reads /proc.
 */
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { put, startCommand } from '../kit/job.ts';
import { startSftpServer } from '../kit/sftp-server/server.ts';
import { hostileEnvironment } from './kit/places.ts';
import { randomFrom, seed } from './kit/random.ts';
import { digestTree, leftOvers } from './kit/tree.ts';

const [files = 20_000, minutes = 30] = process.argv.slice(2).map(Number);
const FILES_AT_ONCE = 16;
/** What a small file costs at the target, opening, finishing and publishing it, with a stat before. */
const ROUND_TRIPS = 4;
const LONGEST_UNCUT_MS = 20_000;
const LARGEST_FILE_BYTES = 60_000;
const KIB = 1024;

interface Sample {
  readonly atS: number;
  readonly rssKiB: number;
  readonly descriptors: number;
}

async function look(pid: number, startMs: number): Promise<Sample | undefined> {
  try {
    const [status, descriptors] = await Promise.all([
      readFile(`/proc/${pid}/status`, 'utf8'),
      readdir(`/proc/${pid}/fd`),
    ]);
    const rssKiB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN);
    return { atS: (performance.now() - startMs) / 1000, rssKiB, descriptors: descriptors.length };
  } catch {
    return undefined; // it has ended
  }
}

/** Least squares, each minute. */
function slope(samples: readonly Sample[], of: (sample: Sample) => number): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(samples.map(({ atS }) => atS)), mean(samples.map(of))];
  const over = samples.reduce((sum, sample) => sum + (sample.atS - x) * (of(sample) - y), 0);
  const under = samples.reduce((sum, sample) => sum + (sample.atS - x) ** 2, 0);
  return (over / under) * 60;
}

const parent = await mkdtemp(join(tmpdir(), 'sync-task-soak-'));
try {
  const random = randomFrom(seed, 'soak');
  const [source, target] = [join(parent, 'source'), join(parent, 'target')];
  await mkdir(target, { recursive: true });
  const pattern = random.bytes(LARGEST_FILE_BYTES);
  for (let number = 0; number < files; number++) {
    await put(source, `d${number % 100}/f${number}`, pattern.subarray(random.below(LARGEST_FILE_BYTES)));
  }
  const delayMs = Math.max(1, Math.round((minutes * 60_000 * FILES_AT_ONCE) / (files * ROUND_TRIPS)));
  await using server = await startSftpServer({ root: target, faults: { delayMs, outOfOrder: true } });
  console.log(`seed ${seed}: ${files} files, answers ${delayMs} ms late`);

  const startMs = performance.now();
  const { child, ended } = startCommand(['sync', '--run', 'soak'], {
    SYNC_TASK_SOURCE: `file://${source}`,
    ...hostileEnvironment(server, 'TARGET'),
    SYNC_TASK_STATE: `sqlite:${join(parent, 'state.db')}`,
    SYNC_TASK_FILES: String(FILES_AT_ONCE),
    SYNC_TASK_CONNECTIONS: '2',
    SYNC_TASK_ATTEMPTS: '10',
  });
  const samples: Sample[] = [];
  let running = true;
  const cutting = (async () => {
    while (running) {
      await setTimeout(random.fraction() * LONGEST_UNCUT_MS, undefined, { ref: false });
      server.dropConnections();
    }
  })();
  const watching = (async () => {
    for (;;) {
      const sample = await look(child.pid as number, startMs);
      if (!sample || !running) return;
      samples.push(sample);
      await setTimeout(1000);
    }
  })();
  const { code, result, stderr } = await ended;
  running = false;
  await watching;
  void cutting;
  const half = samples.slice(samples.length >> 1);
  const [from, to] = [await digestTree(source), await digestTree(target)];
  const same = from.size === to.size && [...from].every(([path, digest]) => to.get(path) === digest);
  console.log(
    `ended with ${code} after ${((performance.now() - startMs) / 60_000).toFixed(1)} min; ${result.files.copied} copied`,
  );
  console.log(
    `${server.counters.connections} connections; the trees ${same ? 'agree' : 'DIFFER'}; ${leftOvers(to).length} left over`,
  );
  const rss = half.map(({ rssKiB }) => rssKiB / KIB);
  const descriptors = half.map(({ descriptors: count }) => count);
  const range = (values: readonly number[]) => `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}`;
  console.log(
    `second half: RSS ${range(rss)} MiB, slope ${slope(half, ({ rssKiB }) => rssKiB / KIB).toFixed(2)} MiB/min`,
  );
  console.log(
    `second half: ${range(descriptors)} descriptors, slope ${slope(half, (each) => each.descriptors).toFixed(2)} a minute`,
  );
  if (code !== 0 || !same) {
    console.log(stderr.slice(-2000));
    process.exitCode = 1;
  }
} finally {
  await rm(parent, { recursive: true, force: true });
}
