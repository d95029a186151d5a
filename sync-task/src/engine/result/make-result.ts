/** The head of a result, and the bounded list of errors in it. */

import type { SyncError } from '../../base/errors.ts';
import type { CommonSettings } from '../../config/settings.ts';
import type { FileCounts, FileError, Result } from './result.ts';

export const noFiles: FileCounts = {
  listed: 0,
  unchanged: 0,
  excluded: 0,
  planned: 0,
  copied: 0,
  adopted: 0,
  skipped: 0,
  deferred: 0,
  refused: 0,
  failed: 0,
};

export interface ResultParts extends Partial<Omit<Result, 'files' | 'schemaVersion' | 'pipeline'>> {
  readonly command: string;
  readonly status: Result['status'];
  readonly files?: Partial<FileCounts>;
  readonly startedMs: number;
}

/** A result in which all counts not given are 0. */
export function makeResult(settings: Pick<CommonSettings, 'pipeline'>, { startedMs, ...parts }: ResultParts): Result {
  const { command, run = '', status, files, bytes, batches = [], errors = [], errorsLeftOut = 0, ...rest } = parts;
  return {
    schemaVersion: 1,
    command,
    pipeline: settings.pipeline,
    run,
    status,
    files: { ...noFiles, ...files },
    bytes: bytes ?? { read: 0, written: 0, resumed: 0 },
    batches,
    errors,
    errorsLeftOut,
    durationMs: Math.round(performance.now() - startedMs),
    capabilities: {},
    ...weakenedBy(rest),
    ...rest,
  };
}

function weakenedBy({ capabilities }: Pick<ResultParts, 'capabilities'>): Pick<Result, 'weakened'> {
  const target = capabilities?.['target'] as { readonly weakened?: readonly string[] } | undefined;
  return target?.weakened ? { weakened: target.weakened } : {};
}

export interface ErrorList {
  add(error: FileError): void;
  readonly errors: readonly FileError[];
  readonly errorsLeftOut: number;
}

const MOST_ERRORS = 100;

export function errorList(): ErrorList {
  const errors: FileError[] = [];
  let errorsLeftOut = 0;
  return {
    add(error) {
      if (errors.length < MOST_ERRORS) errors.push(error);
      else errorsLeftOut++;
    },
    errors,
    get errorsLeftOut() {
      return errorsLeftOut;
    },
  };
}

export function fileError(error: SyncError, path = error.path ?? ''): FileError {
  return { path, kind: error.kind, reason: error.reason, message: error.message };
}
