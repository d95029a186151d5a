/** `trust`: shows a server's host keys and how to verify them, and appends them to known_hosts. It does not log in. */
import { readFileSync, writeFileSync } from 'node:fs';
import { SyncError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { GivenEndpoint } from '../config/load.ts';
import { makeResult } from '../engine/result/make-result.ts';
import type { Result } from '../engine/result/result.ts';
import { type ShownHostKey, shownHostKeys } from '../storage/sftp/ssh/shown-host-keys.ts';

/** The result has the keys too, as `capabilities.source.hostKeys`. Throws `usage` where an endpoint is no SFTP server. */
export async function trust(endpoints: readonly GivenEndpoint[], file: string | undefined, log: Log): Promise<Result> {
  const startedMs = performance.now();
  const capabilities: Record<string, unknown> = {};
  const lines: ShownHostKey[] = [];
  for (const { role, endpoint, connectTimeoutMs } of endpoints) {
    const { scheme, label } = endpoint.location;
    if (scheme !== 'sftp') {
      throw usage(`--${role}: ${label} has no host key; give the URL of an SFTP server`, 'bad-url');
    }
    const keys = await shownHostKeys(endpoint, role, connectTimeoutMs);
    for (const { type, fingerprint, line } of keys)
      log.info(`${role}: ${type} ${fingerprint}`, { type, fingerprint, line });
    log.info(
      `${role}: compare one of them with what the operator of ${endpoint.location.host} says on another way, or with ssh-keyscan on a line that you trust; then set SYNC_TASK_${role.toUpperCase()}_HOST_KEY to it, or add its line to known_hosts (--write FILE)`,
    );
    capabilities[role] = { hostKeys: keys };
    lines.push(...keys);
  }
  if (file !== undefined) append(file, lines, log);
  return makeResult({ pipeline: '' }, { command: 'trust', status: 'done', startedMs, capabilities });
}

function append(file: string, keys: readonly ShownHostKey[], log: Log): void {
  try {
    const old = textOf(file);
    const other = keys.find((key) => key.isOther(old));
    if (other) {
      throw new SyncError(
        `${file}: it has another ${other.type} key for ${other.name} than the server shows (${other.fingerprint}); somebody may be listening in: ask its operator, and only then take the old line out`,
        { kind: 'permission', reason: 'host-key-changed' },
      );
    }
    const added = keys.filter((key) => !key.isIn(old)).map(({ line }) => `${line}\n`);
    const between = old === '' || old.endsWith('\n') ? '' : '\n';
    if (added.length > 0) writeFileSync(file, `${between}${added.join('')}`, { flag: 'a', mode: 0o600 });
    log.info(`${file}: ${added.length} lines added, ${keys.length - added.length} were there`);
  } catch (error) {
    if (error instanceof SyncError) throw error;
    throw usage(
      `--write: ${file} cannot be written (${(error as NodeJS.ErrnoException).code}); check the path and its rights`,
      'bad-option',
    );
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function usage(message: string, reason: string): SyncError {
  return new SyncError(message, { kind: 'usage', reason });
}
