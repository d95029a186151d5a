/** What is stored in `bench/results/latest.json`: raw measurements, from which every figure in the tables is computed. */
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
  /** One for each round, in their order: what stands at the same index was measured in the same round. */
  readonly runs: readonly Measurement[];
  /** Where it was chosen among several settings: what each took in one run of its own; undefined: more than the best before it. */
  readonly candidates: readonly { readonly settings: string; readonly wallMs: number | undefined }[];
  /** It ended a run only because of the limit: it takes more than this. */
  readonly slowerThanMs?: number;
  /** Why it did not take part, or no longer did. */
  readonly leftOut?: string;
}

/** Of the machine and the programs: nothing that names anybody. */
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

/** Throws where the file is missing or is of another version. */
export function readResults(file: string): Results {
  const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
  if (results.schemaVersion !== 1) throw new Error(`${file} has schema version ${results.schemaVersion}; this reads 1`);
  return results;
}

/** Puts the case in its place in the file and leaves the others as they are. */
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
