/** Handles SIGINT and SIGTERM: the first signal stops cleanly, the second at once. */
import { exitCodes, SyncError } from '../base/errors.ts';

export interface Stopping extends Disposable {
  readonly signal: AbortSignal;
  /** Undefined before a signal. */
  readonly exitCode: number | undefined;
}

export function listenForSignals(): Stopping {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const stop = (name: 'SIGINT' | 'SIGTERM') => {
    if (exitCode !== undefined) process.exit(exitCode);
    exitCode = name === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
    controller.abort(
      new SyncError(`stopped by ${name}: nothing partial is left; run it again to go on`, {
        kind: 'stopped',
        reason: 'signal',
      }),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]() {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
