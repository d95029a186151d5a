/** What each exit code says, for the help and the page of the manual. */
import { exitCodes } from '../base/errors.ts';

export interface ExitCodeHelp {
  readonly code: number;
  readonly meaning: string;
  /** What to do. */
  readonly next: string;
}

export const exitCodeHelp: readonly ExitCodeHelp[] = [
  { code: exitCodes.done, meaning: 'done, also when there was nothing to do', next: 'nothing' },
  {
    code: exitCodes.usage,
    meaning: 'the command line or the configuration is wrong',
    next: 'correct what the message names; a retry ends the same way',
  },
  {
    code: exitCodes.permanent,
    meaning: 'some files failed and a retry cannot help, a gate refused the run, or verify found a difference',
    next: 'read which files and why: the log, the report, or `sync-task status --run ID`',
  },
  {
    code: exitCodes.transient,
    meaning: 'transient: connection, timeout, lease held, state in use',
    next: 'run it again with the same `--run`; what is done is not done again',
  },
  {
    code: exitCodes.permission,
    meaning: 'authentication, host key or permission',
    next: 'correct the login, the host key or the rights that the message names; a retry ends the same way',
  },
  {
    code: exitCodes.interrupted,
    meaning: 'stopped by SIGINT, cleanly: nothing partial is left',
    next: 'run it again to continue',
  },
  {
    code: exitCodes.terminated,
    meaning: 'stopped by SIGTERM, cleanly: nothing partial is left',
    next: 'run it again to continue',
  },
];
