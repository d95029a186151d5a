/**
 * Whether a server carries out the requests of one handle in the order in which they were sent. The protocol asks for it
 * (draft-ietf-secsh-filexfer-02 section 4.1 only of those that concern the same bytes), and many servers don't: Go's pkg/sftp
 * carries out WRITE beside FSTAT and FSETSTAT. So they overlap only where the server is known to keep the order, and never again once
 * its answers contradict that.
 */
import type { Log } from '../../../base/log.ts';

export interface RequestOrder {
  /** Requests that depend on each other may leave together. */
  readonly isKept: boolean;
  /** Looks at one more connection: another server may stand behind it. */
  meet(identification: string | undefined, extensions: ReadonlyMap<string, string>): void;
  /** An answer that can't be right in that order. */
  contradict(what: string): void;
  /** A file's time stays when the file is closed; undefined: not known yet. Only of interest where the order is not kept. */
  keepsTimes: boolean | undefined;
  /** Whether setting a time that was not kept once more, by path, has not been in vain. */
  timesMend: boolean;
}

/**
 * Each of these tells OpenSSH's own subsystem (since 6.5, of 2014) from another one that sshd was told to run, whatever else was
 * switched off (`-P`).
 */
const OPENSSH_EXTENSIONS = ['fsync', 'lsetstat', 'expand-path', 'users-groups-by-id'].map(
  (name) => `${name}@openssh.com`,
);

export function requestOrder(log: Log, role: string): RequestOrder {
  let met = false;
  let isKept = true;
  let contradicted = false;
  return {
    get isKept() {
      return met && isKept;
    },
    meet(identification, extensions) {
      met = true;
      isKept &&= keepsOrder(identification, extensions);
    },
    contradict(what) {
      isKept = false;
      if (contradicted) return;
      contradicted = true;
      log.info('the server carries out the requests of one file in another order: they are sent one by one now', {
        role,
        what,
      });
    },
    keepsTimes: undefined,
    timesMend: true,
  };
}

/** @param identification the version string of RFC 4253 section 4.2, without "SSH-2.0-" */
export function keepsOrder(identification: string | undefined, extensions: ReadonlyMap<string, string>): boolean {
  if (identification === undefined) return false;
  // One process for each session, which takes one request after the other.
  if (/^mod_sftp\b/.test(identification)) return true;
  // dropbear has no subsystem of its own and runs OpenSSH's.
  return /^(OpenSSH|dropbear)_/.test(identification) && OPENSSH_EXTENSIONS.some((name) => extensions.has(name));
}
