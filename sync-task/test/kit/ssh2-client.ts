/** ssh2's own client with promises, as an independent judge of the test server: it shares no SFTP code with it. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import type { Client, ConnectConfig, SFTPWrapper, Stats } from 'ssh2';
import { type SftpServer, type SftpServerOptions, startSftpServer } from './sftp-server/server.ts';
import ssh2 from './ssh2.ts';

/** A server on a new folder; both go with the test. */
export async function start(t: ExecutionContext, options: Partial<SftpServerOptions> = {}): Promise<SftpServer> {
  const root = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  const server = await startSftpServer({ root, ...options });
  t.teardown(() => server.stop());
  return server;
}

export async function connect(t: ExecutionContext, server: SftpServer, config: ConnectConfig = {}): Promise<Client> {
  const client = new ssh2.Client();
  t.teardown(() => client.destroy());
  const { host, port, user: username, password } = server;
  client.on('error', () => undefined); // connections are cut on purpose, at any time; `once` hears the first
  client.connect({ host, port, username, password, ...config });
  await once(client, 'ready');
  return client;
}

/** Promises of ssh2's callbacks, for what the tests use. */
function promised(sftp: SFTPWrapper) {
  const on = <Result, Arguments extends unknown[]>(method: (...all: never[]) => unknown) =>
    promisify(method).bind(sftp) as unknown as (...all: Arguments) => Promise<Result>;
  return {
    sftp,
    open: on<Buffer, [path: string, flags: number]>(sftp.open),
    close: on<void, [handle: Buffer]>(sftp.close),
    read: on<number, [handle: Buffer, into: Buffer, at: number, length: number, position: number]>(sftp.read),
    write: on<void, [handle: Buffer, data: Buffer, at: number, length: number, position: number]>(sftp.write),
    lstat: on<Stats, [path: string]>(sftp.lstat),
    stat: on<Stats, [path: string]>(sftp.stat),
    fstat: on<Stats, [handle: Buffer]>(sftp.fstat),
    utimes: on<void, [path: string, atime: number, mtime: number]>(sftp.utimes),
    readdir: on<{ filename: string }[], [path: string]>(sftp.readdir),
    unlink: on<void, [path: string]>(sftp.unlink),
    mkdir: on<void, [path: string]>(sftp.mkdir),
    rmdir: on<void, [path: string]>(sftp.rmdir),
    realpath: on<string, [path: string]>(sftp.realpath),
    readlink: on<string, [path: string]>(sftp.readlink),
    rename: on<void, [from: string, to: string]>(sftp.rename),
    posixRename: on<void, [from: string, to: string]>(sftp.ext_openssh_rename),
    fsync: on<void, [handle: Buffer]>(sftp.ext_openssh_fsync),
    readFile: on<Buffer, [path: string]>(sftp.readFile),
    writeFile: on<void, [path: string, data: Buffer]>(sftp.writeFile),
    fastGet: on<void, [remote: string, local: string]>(sftp.fastGet),
  };
}

export async function openSftp(t: ExecutionContext, server: SftpServer, config: ConnectConfig = {}) {
  const client = await connect(t, server, config);
  return promised(await (promisify(client.sftp) as () => Promise<SFTPWrapper>).call(client));
}

/** What ssh2 throws for a status. */
export const code = (status: number) => ({ message: /./, code: status }) as never;
