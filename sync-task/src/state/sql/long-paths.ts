/**
 * The state with paths of any length: translates paths to keys on the way in and keys to paths on the way out (`path-keys.ts`).
 */

import type { Checkpoint, FileFilter, FileRecord, State } from '../state.ts';
import type { Database } from './database.ts';
import { beginningOfKeys, isKey, isLong, keyOf } from './path-keys.ts';

const FILES_AT_ONCE = 1000;

/** Maps a stored key to its path; anything else is a path already. */
type Paths = (stored: string) => string;

export function withLongPaths(database: Database, state: State): State {
  /** Call it before a path is written for the first time. */
  async function remember(paths: readonly string[]): Promise<void> {
    const long = [...new Set(paths.filter(isLong))];
    if (long.length === 0) return;
    await database.query(
      `INSERT INTO long_path (key, path) SELECT r.key, r.path FROM ${database.dialect.rows('$1', { key: 'text', path: 'text' })} WHERE true
       ON CONFLICT (key) DO NOTHING`,
      [JSON.stringify(long.map((path) => ({ key: keyOf(path), path })))],
    );
  }

  async function pathsOf(stored: Iterable<string | undefined>): Promise<Paths> {
    const keys = new Set<string>();
    for (const each of stored) if (each !== undefined && isKey(each)) keys.add(each);
    if (keys.size === 0) return (path) => path;
    const rows = await database.query(
      `SELECT long_path.key, long_path.path FROM ${database.dialect.rows('$1', { key: 'text' })} JOIN long_path ON long_path.key = r.key`,
      [JSON.stringify([...keys].map((key) => ({ key })))],
    );
    const known = new Map<string, string>(rows.map((row) => [row['key'], row['path']]));
    return (path) => known.get(path) ?? path;
  }

  async function readable<Row extends { readonly path: string }>(rows: readonly Row[]): Promise<readonly Row[]> {
    const pathOf = await pathsOf(rows.map(({ path }) => path));
    return rows.map((row) => ({ ...row, path: pathOf(row.path) }));
  }

  /** For rows with a path and parts of a checkpoint. */
  async function records<Row extends { readonly path: string } & Partial<Checkpoint>>(
    rows: readonly Row[],
  ): Promise<readonly Row[]> {
    const pathOf = await pathsOf(rows.flatMap(({ path, targetPath }) => [path, targetPath]));
    return rows.map((row) => ({ ...row, path: pathOf(row.path), ...targetPathOf(row, pathOf) }));
  }

  async function claims<Row extends { readonly path: string; readonly checkpoint: Checkpoint | undefined }>(
    rows: readonly Row[],
  ): Promise<readonly Row[]> {
    const pathOf = await pathsOf(rows.flatMap(({ path, checkpoint }) => [path, checkpoint?.targetPath]));
    return rows.map((row) => ({
      ...row,
      path: pathOf(row.path),
      checkpoint: row.checkpoint && { ...row.checkpoint, ...targetPathOf(row.checkpoint, pathOf) },
    }));
  }

  /** The paths of those rows whose keys are in the answer. */
  async function among(
    rows: readonly { readonly path: string }[],
    answer: Promise<ReadonlySet<string>>,
  ): Promise<ReadonlySet<string>> {
    const keys = await answer;
    return new Set(rows.map(({ path }) => path).filter((path) => keys.has(keyOf(path))));
  }

  /** For a folder whose own name is too long for a key: reads everything with the same beginning. */
  async function filesBelow(pipelineId: number, { prefix, after, limit }: FileFilter, begins: string) {
    const found: FileRecord[] = [];
    for (let from = keyOf(after) > begins ? keyOf(after) : begins; found.length < limit; ) {
      const page = await state.files(pipelineId, { prefix: '', after: from, limit: FILES_AT_ONCE });
      const alike = page.filter(({ path }) => path.startsWith(begins));
      found.push(...(await records(alike)).filter(({ path }) => path.startsWith(`${prefix}/`)));
      const last = page.at(-1)?.path;
      if (last === undefined || alike.length < page.length || page.length < FILES_AT_ONCE) break;
      from = last;
    }
    return found.slice(0, limit);
  }

  return {
    ...state,
    compare: (pipelineId, candidates) => state.compare(pipelineId, candidates.map(stored)),
    async addEntries(ticket, entries) {
      await remember(entries.map(({ path }) => path));
      await state.addEntries(ticket, entries.map(stored));
    },
    async takeTargetPaths(ticket, wanted) {
      await remember(wanted.flatMap(({ targetPath, path }) => [targetPath, path]));
      await state.takeTargetPaths(
        ticket,
        wanted.map((row) => ({ ...stored(row), targetPath: keyOf(row.targetPath) })),
      );
    },
    async targetPathOwners(pipelineId, targetPaths, openRuns) {
      const byKey = new Map(targetPaths.map((path) => [keyOf(path), path]));
      const owners = await state.targetPathOwners(pipelineId, [...byKey.keys()], openRuns);
      return (await readable(owners)).map((row) => ({
        ...row,
        targetPath: byKey.get(row.targetPath) ?? row.targetPath,
      }));
    },
    async completePlan(ticket, batches, totals, folders = [], details) {
      await remember(folders.map(({ folder }) => folder));
      const keyed = folders.map((row) => ({ ...row, folder: keyOf(row.folder) }));
      await state.completePlan(ticket, batches, totals, keyed, details);
    },
    async history(pipelineId, runs) {
      const rows = await state.history(pipelineId, runs);
      const pathOf = await pathsOf(rows.map(({ folder }) => folder));
      return rows.map((row) => ({ ...row, folder: pathOf(row.folder) }));
    },
    entries: async (run, filter) => readable(await state.entries(run, filter)),
    manifest: async (run, after, limit) =>
      readable(await state.manifest(run, after === undefined ? undefined : keyOf(after), limit)),
    claim: async (request) => claims(await state.claim(request)),
    async claimAbandoned({ after, ...request }) {
      const files = await state.claimAbandoned({ ...request, after: after === undefined ? undefined : keyOf(after) });
      return (await claims(files)).map((row) => ({
        ...row,
        planned: row.planned && { ...row.planned, path: row.path },
      }));
    },
    takenOver: async (pipelineId) => readable(await state.takenOver(pipelineId)),
    async renew(owner, leaseMs) {
      const held = await state.renew(owner, leaseMs);
      const pathOf = await pathsOf(held.keys());
      return new Map([...held].map(([path, token]) => [pathOf(path), token]));
    },
    saveIntents: (owner, rows) => among(rows, state.saveIntents(owner, rows.map(stored))),
    async recordOutcomes(owner, rows) {
      await remember(rows.flatMap(({ checkpoint }) => checkpoint?.targetPath ?? []));
      const keyed = rows.map((row) => ({
        ...stored(row),
        checkpoint: row.checkpoint && { ...row.checkpoint, ...targetPathOf(row.checkpoint, keyOf) },
      }));
      return among(rows, state.recordOutcomes(owner, keyed));
    },
    clear: (owner, rows) => among(rows, state.clear(owner, rows.map(stored))),
    beginKeys: (claimed) => state.beginKeys(stored(claimed)),
    async completeKeys(holder, waitFor) {
      const completed = await state.completeKeys(holder, waitFor);
      if (completed.status !== 'wait') return completed;
      return { ...completed, path: (await pathsOf([completed.path]))(completed.path) };
    },
    async files(pipelineId, filter) {
      const begins = beginningOfKeys(filter.prefix);
      if (begins !== undefined) return filesBelow(pipelineId, filter, begins);
      return records(await state.files(pipelineId, { ...filter, after: keyOf(filter.after) }));
    },
    async file(pipelineId, path) {
      const found = await state.file(pipelineId, keyOf(path));
      return found && (await records([found]))[0];
    },
    async fileTotals(pipelineId, prefix) {
      const begins = beginningOfKeys(prefix);
      if (begins === undefined) return state.fileTotals(pipelineId, prefix);
      const all = { prefix, after: '', limit: Number.POSITIVE_INFINITY };
      const found = await filesBelow(pipelineId, all, begins);
      return { files: found.length, bytes: found.reduce((bytes, { targetSize }) => bytes + targetSize, 0) };
    },
    fileInRuns: (pipelineId, path, limit) => state.fileInRuns(pipelineId, keyOf(path), limit),
    events: (pipelineId, path) => state.events(pipelineId, keyOf(path)),
  };
}

function stored<Row extends { readonly path: string }>(row: Row): Row {
  return isLong(row.path) ? { ...row, path: keyOf(row.path) } : row;
}

function targetPathOf({ targetPath }: Partial<Checkpoint>, change: Paths): { targetPath?: string } {
  return targetPath === undefined ? {} : { targetPath: change(targetPath) };
}
