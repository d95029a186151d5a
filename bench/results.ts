/** The content of `bench/results/latest.json`: raw measurements, from which every figure in the tables is computed. */
import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Goal, PeerKey } from './cases.ts';
import type { Measurement } from './measure.ts';
import type { Work } from './peers/peer.ts';
import type { PlaceKind } from './places.ts';

export interface Results {
  readonly schemaVersion: 1;
  readonly cases: Readonly<Record<string, CaseResult>>;
}

export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly work: Work;
  readonly files: number;
  readonly bytes: number;
  /** As asked, and as measured through the delay proxy. */
  readonly roundTripMs: number;
  readonly measuredRoundTripMs: number;
  readonly dataIn: PlaceKind;
  readonly goal: Goal;
  readonly facts: Facts;
  /** ISO 8601, UTC. */
  readonly measuredAt: string;
  readonly contestants: readonly ContestantResult[];
}

export interface ContestantResult {
  readonly key: PeerKey;
  readonly name: string;
  readonly settings: string;
  /** One for each round: entries with the same index were measured in the same round. */
  readonly runs: readonly Measurement[];
  /** If there were several settings: the time of one run with each; undefined: slower than the best before it. */
  readonly candidates: readonly { readonly settings: string; readonly wallMs: number | undefined }[];
  /** A run was ended at this limit: the contestant needs more than that. */
  readonly slowerThanMs?: number;
  /** Why it was left out. */
  readonly leftOut?: string;
}

/** Facts of the machine and the programs. Nothing identifies a person. */
export interface Facts {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
  readonly nodeFlags: readonly string[];
  readonly nodeEnvironment: Readonly<Record<string, string>>;
  readonly ssh2Addon: 'loaded';
  readonly openSsh: string;
  /** Of the other contestants, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly imageBytes: number | undefined;
}

/** Throws if the file is missing or has another version. */
export function readResults(file: string): Results {
  const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
  if (results.schemaVersion !== 1) throw new Error(`${file} has schema version ${results.schemaVersion}; this reads 1`);
  return results;
}

/** Replaces the case in the file, and keeps the others. */
export async function storeCase(file: string, result: CaseResult, order: readonly string[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const known = { ...readCases(file), [result.name]: result };
  const cases: Record<string, CaseResult> = {};
  for (const name of order) {
    const each = known[name];
    if (each) cases[name] = each;
  }
  const results: Results = { schemaVersion: 1, cases };
  await writeFile(`${file}.new`, `${JSON.stringify(results, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

function readCases(file: string): Results['cases'] {
  try {
    return readResults(file).cases;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
