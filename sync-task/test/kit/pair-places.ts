/** Where a pair's files can stand: a folder, or a place behind a line that can be cut. Past the storage, each is a `Ground`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { folderGround, type Ground } from '../contract/storage/ground.ts';
import { startTcpProxy, type TcpProxy } from '../faults/kit/tcp-proxy.ts';
import { azureGround, startAzurite } from './azurite.ts';
import { startFakeGcs } from './fake-gcs.ts';
import type { Environment } from './folders.ts';
import type { ProgramName } from './programs.ts';
import { startS3Server } from './s3-server.ts';
import { startSftpServer } from './sftp-server/server.ts';

export type Role = 'SOURCE' | 'TARGET';

export interface PairPlace {
  readonly ground: Ground;
  readonly environment: Environment;
}

/** One service, as one side of a pair sees it; for a pair within one service, both sides. */
interface Service {
  /** Undefined where nothing is between us and the files. */
  readonly line: TcpProxy | undefined;
  place(role: Role): Promise<PairPlace>;
}

export type Kind = 'file' | 'sftp' | 's3' | 'az' | 'gs';

/** What each kind needs that npm does not bring. */
export const pairKinds: Readonly<Record<Kind, readonly ProgramName[]>> = {
  file: [],
  sftp: [],
  s3: ['versitygw'],
  az: ['Azurite'],
  gs: ['fake-gcs-server'],
};

export interface PairServices extends AsyncDisposable {
  /** In a new folder, bucket or container of a server that all pairs share, behind a line of its own. */
  open(kind: string, parent: string, cleaning: AsyncDisposableStack): Promise<Service>;
}

export function pairServices(): PairServices {
  const stopping = new AsyncDisposableStack();
  const s3 = once(startS3Server);
  const azurite = once(() => startAzurite());
  const gcs = once(startFakeGcs);
  let buckets = 0;

  function once<Server extends { stop(): Promise<void> }>(start: () => Promise<Server>): () => Promise<Server> {
    let started: Promise<Server> | undefined;
    return () => {
      started ??= start().then((server) => {
        stopping.defer(() => server.stop());
        return server;
      });
      return started;
    };
  }

  const kinds: Readonly<
    Record<
      Kind,
      (parent: string, cleaning: AsyncDisposableStack, line: (port: number) => Promise<TcpProxy>) => Promise<Service>
    >
  > = {
    async file(parent) {
      return {
        line: undefined,
        async place(role) {
          const root = await newFolder(join(parent, role.toLowerCase()));
          return { ground: folderGround(root), environment: { [`SYNC_TASK_${role}`]: `file://${root}` } };
        },
      };
    },
    async sftp(parent, cleaning, between) {
      const server = await startSftpServer({ root: parent, faults: { copyData: 'works' } });
      cleaning.defer(() => server.stop());
      const line = await between(server.port);
      return {
        line,
        async place(role) {
          const root = await newFolder(join(parent, role.toLowerCase()));
          const url = `sftp://${server.user}@127.0.0.1:${line.port}/${role.toLowerCase()}`;
          const own = { PASSWORD: server.password, HOST_KEY: server.hostKeyFingerprint };
          return { ground: folderGround(root), environment: sideEnvironment(role, url, own) };
        },
      };
    },
    async s3(_parent, _cleaning, between) {
      const server = await s3();
      const line = await between(Number(new URL(server.endpoint).port));
      return {
        line,
        async place(role) {
          const bucket = `pair-${++buckets}`;
          const root = await newFolder(join(server.folder, bucket, 'in'));
          const own = { ...server.environment, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${line.port}` };
          return { ground: folderGround(root), environment: sideEnvironment(role, `s3://${bucket}/in`, own) };
        },
      };
    },
    async az(_parent, _cleaning, between) {
      const server = await azurite();
      const line = await between(server.port);
      return {
        line,
        async place(role) {
          const container = await server.newContainer();
          const own = Object.fromEntries(
            Object.entries(server.environment).map(([name, value]) => [
              name,
              value.replace(`127.0.0.1:${server.port}`, `127.0.0.1:${line.port}`),
            ]),
          );
          const url = `az://${container.containerName}/in`;
          return { ground: azureGround(container, 'in/'), environment: sideEnvironment(role, url, own) };
        },
      };
    },
    async gs(_parent, _cleaning, between) {
      const server = await gcs();
      const line = await between(Number(new URL(server.url).port));
      return {
        line,
        async place(role) {
          const bucket = await server.newBucket();
          const own = { STORAGE_EMULATOR_HOST: `http://127.0.0.1:${line.port}` };
          return { ground: server.ground(bucket, 'in/'), environment: sideEnvironment(role, `gs://${bucket}/in`, own) };
        },
      };
    },
  };

  return {
    open(kind, parent, cleaning) {
      const open = kinds[kind as Kind];
      if (!open) throw new Error(`no such storage: ${kind}`);
      return open(parent, cleaning, async (port) => {
        const proxy = await startTcpProxy(port);
        cleaning.defer(() => proxy.stop());
        return proxy;
      });
    },
    [Symbol.asyncDispose]: () => stopping.disposeAsync(),
  };
}

function sideEnvironment(role: Role, url: string, own: Environment): Environment {
  const named = Object.entries(own).map(([name, value]) => [`SYNC_TASK_${role}_${name}`, value]);
  return { [`SYNC_TASK_${role}`]: url, ...Object.fromEntries(named) };
}

async function newFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  return folder;
}
