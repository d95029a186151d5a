/**
 * `npm run bench`: sync-task against rclone, scp, lftp and Airflow's SFTP hook, between two OpenSSH servers of its own.
 * Prints a table and stores what was measured in `bench/results/latest.json`; `write-performance-doc.ts` writes
 * `docs/performance.md` from that. `--smoke` is the short version for CI.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { builtCode } from './built-code.ts';
import { type Case, cases, type PeerKey, smokeCases } from './cases.ts';
import { holdContest } from './contest.ts';
import { findContestants, needsPostgres } from './contestants.ts';
import { shrink, totalBytes } from './data.ts';
import { gatherFacts } from './facts.ts';
import { openLab } from './lab.ts';
import { type Options, readOptions } from './options.ts';
import { startPostgres } from './postgres.ts';
import { type CaseResult, storeCase } from './results.ts';
import { checkOpenSsh } from './servers.ts';
import { lossOf } from './smoke.ts';
import { caseTable, summaryTable, titleOf } from './table.ts';
import { findVersitygw } from './tools.ts';

const cache = join(import.meta.dirname, '.cache');
const work = join(import.meta.dirname, '.work');
const latest = join(import.meta.dirname, 'results/latest.json');
const order = cases.map(({ name }) => name);

/** Returns the exit code. */
async function bench(options: Options, signal: AbortSignal): Promise<number> {
  const chosen = chooseCases(options);
  if (options.list) {
    for (const each of chosen) console.log(`${each.name.padEnd(14)} ${titleOf(each)}: ${each.peers.join(', ')}`);
    return 0;
  }
  checkOpenSsh();
  await mkdir(work, { recursive: true });
  const code = await builtCode(work, options.dist);
  await using lab = await openLab(() => findVersitygw(cache, console.error));
  await using postgres = needsPostgres(chosen) ? await startPostgres(lab.scratch) : null;
  const contestants = await findContestants({
    code,
    postgres: postgres ?? undefined,
    cases: chosen,
    cache,
    quick: options.smoke,
    say: console.error,
  });
  const facts = gatherFacts(code, contestants, postgres ?? undefined);
  console.log(
    `${facts.cores} cores, ${facts.system}, Node ${facts.node}, ssh2's native addon loaded, OpenSSH ${facts.openSsh}`,
  );
  for (const [name, version] of Object.entries(facts.versions)) console.log(`${name} ${version}`);

  async function measureCase(each: Case): Promise<CaseResult> {
    console.error(`\n${each.name}: ${titleOf(each)}`);
    const link = await lab.link(each.roundTripMs);
    const tree = await lab.tree(each.data, each.work === 'copy-again' ? each.peers.length : 1);
    const arena = { each, lab, link, tree, postgres: postgres ?? undefined, limitMs: options.limitMs, signal };
    const result: CaseResult = {
      name: each.name,
      title: each.title,
      work: each.work,
      files: tree.files,
      bytes: totalBytes(each.data),
      roundTripMs: each.roundTripMs,
      measuredRoundTripMs: link.roundTripMs,
      dataIn: tree.place.kind,
      goal: each.goal,
      facts,
      measuredAt: new Date().toISOString(),
      contestants: await holdContest(arena, {
        contestants,
        rounds: options.rounds,
        quick: options.smoke,
        say: console.error,
      }),
    };
    console.log(`\n${titleOf(result)}\n${caseTable(result)}`);
    return result;
  }

  const results: CaseResult[] = [];
  const failures: string[] = [];
  for (const each of chosen) {
    try {
      let result = await measureCase(each);
      // On a busy machine, one bad minute is no verdict.
      if (lossOf(each, result)) result = await measureCase(each);
      const loss = lossOf(each, result);
      if (loss) failures.push(loss);
      results.push(result);
      if (isStored(options)) await storeCase(latest, result, order);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(`${each.name}: ${(error as Error).message}`);
    }
  }
  console.log(`\n${summaryTable(results)}`);
  for (const failure of failures) console.error(`FAILED ${failure}`);
  return failures.length > 0 ? 1 : 0;
}

/** Throws on an unknown name. */
function chooseCases(options: Options): readonly Case[] {
  const known = options.smoke ? smokeCases : cases;
  for (const name of options.cases) {
    if (!known.some((each) => each.name === name)) throw new Error(`there is no case "${name}"; see --list`);
  }
  return known
    .filter(({ name }) => options.cases.length === 0 || options.cases.includes(name))
    .map((each) => ({ ...each, data: shrink(each.data, options.shrink), peers: choosePeers(each, options.peers) }));
}

/** Always keeps sync-task, which the others are compared with. */
function choosePeers(each: Case, names: readonly string[]): readonly PeerKey[] {
  return each.peers.filter((key, index) => names.length === 0 || index === 0 || names.includes(key));
}

/** Only full measurements are stored. */
function isStored({ smoke, shrink: divisor, peers }: Options): boolean {
  return !smoke && divisor === 1 && peers.length === 0;
}

const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  // Once: a second signal has its default effect, and ends the process at once.
  process.once(name, () => stopping.abort(new Error(`stopped by ${name}`)));
}
try {
  process.exitCode = await bench(readOptions(process.argv.slice(2)), stopping.signal);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
