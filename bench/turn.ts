/** One contestant's turn: an empty target, the measured commands, a check of their work, and a clean-up. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Case } from './cases.ts';
import type { Lab, Tree } from './lab.ts';
import type { Link } from './links.ts';
import { ContestantFailed, type Measurement, measure } from './measure.ts';
import type { Job, Peer, Work } from './peers/peer.ts';
import { removeTree } from './places.ts';
import type { Postgres } from './postgres.ts';

export interface Arena {
  readonly each: Case;
  readonly lab: Lab;
  readonly link: Link;
  readonly tree: Tree;
  readonly postgres: Postgres | undefined;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** Where a contestant works: its own target, its own state, its own temporary files. */
export interface Home extends Disposable {
  readonly target: string;
  readonly scratch: string;
  readonly temporary: string;
}

let homes = 0;

export function openHome({ lab, tree }: Arena): Home {
  const number = ++homes;
  const folders = {
    target: join(tree.place.folder, `target-${number}`),
    scratch: join(lab.scratch, `run-${number}`),
    temporary: join(tree.place.folder, `temporary-${number}`),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder);
  return {
    ...folders,
    [Symbol.dispose]() {
      for (const folder of Object.values(folders)) removeTree(folder);
    },
  };
}

/** In a home of its own, which is removed. */
export async function takeTurn(arena: Arena, peer: Peer): Promise<Measurement> {
  using home = openHome(arena);
  return await takeTurnIn(home, arena, peer, arena.each.work);
}

/** Throws if the commands fail, or did not do their task. */
export async function takeTurnIn(home: Home, arena: Arena, peer: Peer, work: Work): Promise<Measurement> {
  const { each, lab, link, tree, limitMs, signal } = arena;
  const server = each.buckets === undefined ? undefined : await lab.buckets(tree.place);
  const bucket = (side: Case['buckets'], folder: string) =>
    server && each.buckets === side ? { ...server, path: relative(tree.place.folder, folder) } : undefined;
  // Below its bucket: the service keeps folders of its own at the top.
  const target = each.buckets === 'target' ? join(home.target, 'out') : home.target;
  const job: Job = {
    work,
    source: { port: link.sourcePort, folder: tree.folder, bucket: bucket('source', tree.folder) },
    target: { port: link.targetPort, folder: target, bucket: bucket('target', target) },
    user: lab.key.user,
    keyFile: lab.key.keyFile,
    knownHostsFile: link.knownHostsFile,
    sshConfigFile: link.sshConfigFile,
    scratch: home.scratch,
    temporary: home.temporary,
    files: tree.files,
    singleFile: tree.files === 1,
  };
  const steps = peer.steps(job);
  if (!steps) throw new ContestantFailed(`${peer.name} cannot do this work`);
  const state = peer.usesPostgres ? arena.postgres?.pid : undefined;
  const servers = server ? [...lab.servers, server.pid] : lab.servers;
  const measurement = await measure(steps, { servers, state, scratch: home.scratch, limitMs, signal });
  check(job, peer);
  return measurement;
}

function check(job: Job, peer: Peer): void {
  switch (job.work) {
    case 'copy':
    case 'copy-again':
      checkCopy(job.source.folder, job.target.folder, peer.name);
      return;
    case 'list': {
      const listed = peer.listed?.(readFileSync(join(job.scratch, 'stdout-0'), 'utf8'));
      if (listed !== job.files) throw new ContestantFailed(`${peer.name} listed ${listed} files of ${job.files}`);
      return;
    }
    case 'help':
      return;
  }
}

/** Compares byte for byte, and allows no other files. */
function checkCopy(source: string, target: string, name: string): void {
  try {
    execFileSync('diff', ['-rq', '--no-dereference', source, target], { encoding: 'utf8', stdio: 'pipe' });
  } catch (cause) {
    const { stdout, message } = cause as { stdout?: string; message: string };
    const first = (stdout || message).split('\n').slice(0, 3).join('; ');
    throw new ContestantFailed(`the copy of ${name} is not like its source: ${first}`, { cause });
  }
}
