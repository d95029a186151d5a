/** The state over SQL: one line for each operation. */
import { SyncError } from '../../base/errors.ts';
import type { State } from '../state.ts';
import type { Database } from './database.ts';
import { withLongPaths } from './long-paths.ts';
import { claimAbandoned, clear, countAbandoned } from './operations/abandoned.ts';
import { claim, heldByOthers } from './operations/claim.ts';
import { compare } from './operations/compare.ts';
import { eventsOf } from './operations/events.ts';
import { file, files, fileTotals } from './operations/files.ts';
import { history, planTotals } from './operations/history.ts';
import { saveIntents } from './operations/intents.ts';
import { beginKeys, completeKeys, sweepKeys, takeKeys } from './operations/keys.ts';
import { release, renew } from './operations/leases.ts';
import { manifest } from './operations/manifest.ts';
import { recordOutcomes } from './operations/outcomes.ts';
import {
  findPipeline,
  forgetDelivered,
  pipeline,
  pipelines,
  recordLocations,
  takeOver,
} from './operations/pipelines.ts';
import { addEntries, beginPlan, completePlan, refusePlan } from './operations/plan.ts';
import { prune } from './operations/prune.ts';
import { batches, countEntries, entries, fileInRuns, finishRun, run, runs, runWork } from './operations/runs.ts';
import { takenOver } from './operations/taken-over.ts';
import { hasTargetPaths, takeTargetPaths, targetPathOwners } from './operations/target-owners.ts';

export function sqlState(database: Database): State {
  return withLongPaths(database, namingTimeouts(operations(database)));
}

/** Names the operation in an error about a statement that takes too long. */
function namingTimeouts(state: State): State {
  const named = Object.entries(state).map(([name, operation]: [string, unknown]) => {
    if (typeof operation !== 'function') return [name, operation];
    const call = async (...given: unknown[]): Promise<unknown> => {
      try {
        return await operation(...given);
      } catch (error) {
        if (!(error instanceof SyncError) || error.reason !== 'state-timeout') throw error;
        throw new SyncError(`${error.message} (${name})`, { ...error, cause: error.cause });
      }
    };
    return [name, call];
  });
  return { ...state, ...Object.fromEntries(named) };
}

function operations(database: Database): State {
  return {
    label: database.label,
    pipeline: (name) => pipeline(database, name),
    findPipeline: (name) => findPipeline(database, name),
    pipelines: () => pipelines(database),
    recordLocations: (before, locations) => recordLocations(database, before, locations),
    forgetDelivered: (known, locations) => forgetDelivered(database, known, locations),
    takeTargetPaths: (ticket, wanted) => takeTargetPaths(database, ticket, wanted),
    targetPathOwners: (pipelineId, targetPaths, openRuns) =>
      targetPathOwners(database, pipelineId, targetPaths, openRuns),
    hasTargetPaths: (pipelineId) => hasTargetPaths(database, pipelineId),
    beginPlan: (id, pipelineId, details) => beginPlan(database, id, pipelineId, details),
    compare: (pipelineId, candidates) => compare(database, pipelineId, candidates),
    addEntries: (ticket, rows) => addEntries(database, ticket, rows),
    completePlan: (ticket, ...plan) => completePlan(database, ticket, ...plan),
    refusePlan: (ticket, totals, details) => refusePlan(database, ticket, totals, details),
    history: (pipelineId, limit) => history(database, pipelineId, limit),
    planTotals: (pipelineId, limit) => planTotals(database, pipelineId, limit),
    run: (id) => run(database, id),
    runs: (pipelineId, limit) => runs(database, pipelineId, limit),
    batches: (id, number) => batches(database, id, number),
    countEntries: (id, batch) => countEntries(database, id, batch),
    runWork: (id) => runWork(database, id),
    fileInRuns: (pipelineId, path, limit) => fileInRuns(database, pipelineId, path, limit),
    entries: (id, filter) => entries(database, id, filter),
    manifest: (id, after, limit) => manifest(database, id, after, limit),
    finishRun: (id, status, details) => finishRun(database, id, status, details),
    claim: (request) => claim(database, request),
    heldByOthers: (request) => heldByOthers(database, request),
    renew: (owner, leaseMs) => renew(database, owner, leaseMs),
    saveIntents: (owner, rows) => saveIntents(database, owner, rows),
    recordOutcomes: (owner, rows) => recordOutcomes(database, owner, rows),
    release: (owner) => release(database, owner),
    claimAbandoned: (request) => claimAbandoned(database, request),
    clear: (owner, claims) => clear(database, owner, claims),
    countAbandoned: (pipelineId, most) => countAbandoned(database, pipelineId, most),
    takenOver: (pipelineId) => takenOver(database, pipelineId),
    beginKeys: (claimed) => beginKeys(database, claimed),
    takeKeys: (holder, keys) => takeKeys(database, holder, keys),
    completeKeys: (holder, waitFor) => completeKeys(database, holder, waitFor),
    sweepKeys: (pipelineId) => sweepKeys(database, pipelineId),
    prune: (pipelineId, keepMs) => prune(database, pipelineId, keepMs),
    takeOver: (name, old) => takeOver(database, name, old),
    files: (pipelineId, filter) => files(database, pipelineId, filter),
    file: (pipelineId, path) => file(database, pipelineId, path),
    fileTotals: (pipelineId, prefix) => fileTotals(database, pipelineId, prefix),
    events: (pipelineId, path) => eventsOf(database, pipelineId, path),
    [Symbol.asyncDispose]: () => database.close(),
  };
}
