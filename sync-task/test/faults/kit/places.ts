/** Where files come from and go to, of each kind, as settings of the command. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Environment } from '../../kit/folders.ts';
import { type OpenSshOptions, startOpenSsh } from '../../kit/openssh.ts';
import type { SftpServerOptions } from '../../kit/sftp-server/options.ts';
import { type SftpServer, startSftpServer } from '../../kit/sftp-server/server.ts';

export interface Place {
  /** On local disk. */
  readonly root: string;
  readonly environment: Environment;
}

type Role = 'SOURCE' | 'TARGET';

export async function folderPlace(parent: string, role: Role): Promise<Place> {
  const root = join(parent, role.toLowerCase());
  await mkdir(root, { recursive: true });
  return { root, environment: { [`SYNC_TASK_${role}`]: `file://${root}` } };
}

/** Our server, which can be told to fail. */
export async function hostilePlace(
  t: ExecutionContext,
  parent: string,
  role: Role,
  options: Omit<SftpServerOptions, 'root'> = {},
): Promise<Place & { readonly server: SftpServer }> {
  const root = join(parent, role.toLowerCase());
  await mkdir(root, { recursive: true });
  const server = await startSftpServer({ ...options, root });
  t.teardown(() => server.stop());
  return { root, server, environment: hostileEnvironment(server, role) };
}

export function hostileEnvironment(server: SftpServer, role: Role, port = server.port): Environment {
  return {
    [`SYNC_TASK_${role}`]: `sftp://${server.user}@127.0.0.1:${port}/`,
    [`SYNC_TASK_${role}_PASSWORD`]: server.password,
    [`SYNC_TASK_${role}_HOST_KEY`]: server.hostKeyFingerprint,
  };
}

/** A real sshd, for tests that `needs('OpenSSH')`; `portOf` may put something between. */
export async function opensshPlace(
  t: ExecutionContext,
  role: Role,
  portOf: (port: number) => Promise<number> = async (port) => port,
  options: OpenSshOptions = {},
): Promise<Place> {
  const server = await startOpenSsh(options);
  t.teardown(() => server.stop());
  const port = await portOf(server.port);
  return {
    root: server.root,
    environment: {
      [`SYNC_TASK_${role}`]: `sftp://${encodeURIComponent(server.user)}@127.0.0.1:${port}${server.remoteRoot}`,
      [`SYNC_TASK_${role}_PRIVATE_KEY`]: server.userKeys.plain.privateKey,
      [`SYNC_TASK_${role}_HOST_KEY`]: server.hostKeyFingerprint,
    },
  };
}
