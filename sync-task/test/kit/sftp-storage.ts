/** Our SFTP storage on a server of the kit. */
import type { Credentials } from '../../src/config/settings.ts';
import { type SftpStorageOptions, sftpStorage } from '../../src/storage/sftp/sftp-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';

export const noCredentials: Credentials = {
  password: undefined,
  privateKey: undefined,
  passphrase: undefined,
  agent: undefined,
  knownHosts: undefined,
  hostKey: undefined,
  insecureIgnoreHostKey: false,
};

export const silentLog = { debug() {}, info() {}, warn() {}, error() {} };

export interface Server {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

export function openSftp(...options: Parameters<typeof sftpOptions>): Promise<Storage> {
  return sftpStorage(sftpOptions(...options));
}

export function sftpOptions(
  server: Server,
  path: string,
  credentials: Partial<Credentials>,
  options: Partial<SftpStorageOptions> = {},
): SftpStorageOptions {
  const { host, port, user } = server;
  return {
    location: { scheme: 'sftp', user, host, port, path, label: `sftp://${user}@${host}:${port}${path}` },
    credentials: { ...noCredentials, ...credentials },
    role: 'target',
    connectTimeoutMs: 10_000,
    idleTimeoutMs: 10_000,
    keepaliveMs: 10_000,
    connections: undefined,
    bufferBytes: 8 * 1024 * 1024,
    log: silentLog,
    ...options,
  };
}
