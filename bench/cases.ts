/** The cases: what is measured, against which programs, and the goals. */
import type { DataSpec } from './data.ts';
import type { Work } from './peers/peer.ts';

export type PeerKey =
  | 'sync-task'
  | 'sync-task-postgres'
  | 'sync-task-no-segments'
  | 'batches-1'
  | 'batches-2'
  | 'batches-4'
  | 'batches-8'
  | 'image'
  | 'rclone-best'
  | 'rclone-default'
  | 'scp'
  | 'lftp'
  | 'paramiko';

/** Goals of sync-task. Ratios are sync-task's figure divided by rclone's best. */
export interface Goal {
  readonly wallRatio?: number;
  readonly clientCpuRatio?: number;
  readonly peakRssMb?: number;
  readonly wallMs?: number;
}

export interface Case {
  readonly name: string;
  readonly title: string;
  readonly work: Work;
  readonly data: DataSpec;
  readonly roundTripMs: number;
  /** Which side is a bucket; the other one is SFTP. */
  readonly buckets?: 'source' | 'target';
  /** The first is sync-task, and must work. Others that fail are left out, with the reason. */
  readonly peers: readonly PeerKey[];
  readonly goal: Goal;
  /** A smoke case is lost when its median ratio to rclone is above this. */
  readonly atMost?: number;
}

interface Tree {
  readonly name: string;
  readonly title: string;
  readonly data: DataSpec;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

function even(name: string, title: string, files: number, fileBytes: number, folders: number): Tree {
  return { name, title, data: { kind: 'even', files, fileBytes, folders } };
}

const big = even('big', '1 GiB file', 1, GIB, 1);
const small = even('small', '5,000 × 4 KiB in 50 folders', 5000, 4 * KIB, 50);
const medium = even('medium', '200 × 1 MiB in 10 folders', 200, MIB, 10);
const tiny = even('tiny', '100,000 × 256 bytes over 1,000 folders', 100_000, 256, 1000);
const parts = even('batches', '8,000 × 64 KiB in batches', 8000, 64 * KIB, 80);
const known: DataSpec = { kind: 'even', files: 50_000, fileBytes: KIB, folders: 500 };
const one = even('one-file', 'start-up: one file of 4 KiB', 1, 4 * KIB, 1);
const mixed: Tree = {
  name: 'mixed',
  title: '2,000 files, Zipf sizes up to 128 MiB',
  data: { kind: 'zipf', files: 2000, largestBytes: 128 * MIB, folders: 40 },
};
const huge: Tree = {
  name: 'huge',
  title: '10 GiB file (sparse at its source)',
  data: { kind: 'sparse', fileBytes: 10 * GIB },
};

const rivals: readonly PeerKey[] = ['sync-task', 'rclone-best', 'rclone-default'];
const others: readonly PeerKey[] = ['scp', 'lftp', 'paramiko'];
const withPostgres: readonly PeerKey[] = ['sync-task', 'sync-task-postgres', 'rclone-best', 'rclone-default'];
const batches: readonly PeerKey[] = ['batches-8', 'batches-4', 'batches-2', 'batches-1', 'rclone-best'];
const FAR_MS = 20;

function copying(tree: Tree, roundTripMs: number, peers: readonly PeerKey[], goal: Goal = {}): Case {
  const name = roundTripMs === 0 ? tree.name : `${tree.name}-${roundTripMs}ms`;
  return { ...tree, name, work: 'copy', roundTripMs, peers, goal };
}

function withBucket(tree: Tree, buckets: 'source' | 'target'): Case {
  const [name, way] = buckets === 'target' ? ['to-s3', 'SFTP to S3'] : ['from-s3', 'S3 to SFTP'];
  const title = `${tree.title}, ${way}`;
  return {
    ...tree,
    name: `${tree.name}-${name}`,
    title,
    work: 'copy',
    roundTripMs: 0,
    peers: rivals,
    goal: {},
    buckets,
  };
}

/** Cases with the same data are neighbours, so the data is made once. */
export const cases: readonly Case[] = [
  copying(big, 0, [...rivals, ...others], { wallRatio: 0.9, clientCpuRatio: 0.7, peakRssMb: 110 }),
  copying(big, FAR_MS, [...rivals, 'scp', 'lftp'], { wallRatio: 0.35, peakRssMb: 180 }),
  {
    ...copying(big, 0, ['sync-task', 'sync-task-no-segments', 'rclone-best']),
    name: 'checkpoints',
    title: '1 GiB file, what writing segments down amid it costs',
  },
  withBucket(big, 'target'),
  withBucket(big, 'source'),
  copying(small, 0, [...withPostgres, ...others], { wallRatio: 0.33, peakRssMb: 110 }),
  copying(small, FAR_MS, rivals, { wallRatio: 0.05, peakRssMb: 120 }),
  withBucket(small, 'target'),
  withBucket(small, 'source'),
  copying(medium, 0, [...rivals, ...others], { wallRatio: 0.75, peakRssMb: 110 }),
  copying(medium, FAR_MS, [...rivals, ...others], { wallRatio: 0.2, peakRssMb: 140 }),
  copying(mixed, 0, [...rivals, ...others]),
  copying(mixed, FAR_MS, rivals),
  {
    name: 'listing',
    title: 'listing 50,000 files',
    work: 'list',
    data: known,
    roundTripMs: 0,
    peers: rivals,
    goal: { wallRatio: 0.8 },
  },
  {
    name: 'unchanged',
    title: 'nothing changed, 50,000 known files',
    work: 'copy-again',
    data: known,
    roundTripMs: 0,
    peers: withPostgres,
    goal: { wallRatio: 0.8, peakRssMb: 130 },
  },
  copying(tiny, 0, rivals),
  copying(huge, 0, ['sync-task', 'rclone-best'], { peakRssMb: 110 }),
  copying(parts, 0, batches),
  copying(parts, FAR_MS, batches),
  {
    name: 'help',
    title: 'start-up: --help',
    work: 'help',
    data: one.data,
    roundTripMs: 0,
    peers: ['sync-task', 'rclone-default', 'image'],
    goal: { wallMs: 150 },
  },
  copying(one, 0, rivals, { wallMs: 500 }),
];

const duel: readonly PeerKey[] = ['sync-task', 'rclone-best'];

/** Generous bounds: they detect a change that halves the speed, even on a busy machine. */
function smoke(tree: Tree, roundTripMs: number, atMost: number): Case {
  return { ...copying(tree, roundTripMs, duel), atMost };
}

const smokeBig = even('big', '256 MiB file', 1, 256 * MIB, 1);
const smokeSmall = even('small', '1,000 × 4 KiB in 10 folders', 1000, 4 * KIB, 10);
/** Most of this case's time goes to rclone. */
const smokeFew = even('small', '300 × 4 KiB in 10 folders', 300, 4 * KIB, 10);
const smokeMedium = even('medium', '50 × 1 MiB in 5 folders', 50, MIB, 5);

export const smokeCases: readonly Case[] = [
  smoke(smokeBig, 0, 2),
  smoke(smokeBig, FAR_MS, 1.5),
  smoke(smokeSmall, 0, 1.5),
  smoke(smokeFew, FAR_MS, 0.7),
  smoke(smokeMedium, 0, 1.5),
  smoke(smokeMedium, FAR_MS, 1),
];
