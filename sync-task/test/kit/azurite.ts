/** Azurite, Microsoft's emulator of Azure Storage, and containers in it. */
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { BlobServiceClient, type ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { metadataOf } from '../../src/storage/objects/metadata.ts';
import type { Ground } from '../contract/storage.ts';
import { type GuardedServer, startGuarded } from './guarded-server.ts';
import { azurite as program } from './programs.ts';

/** The account and key that every Azurite has. */
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface Azurite extends GuardedServer {
  /** What a command needs to reach it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly account: string;
  readonly key: string;
  readonly url: string;
  newContainer(name?: string): Promise<ContainerClient>;
}

/** Over https where a certificate and its key are given, files in PEM; then it takes tokens of identities too. */
export async function startAzurite(tls?: { readonly certificate: string; readonly key: string }): Promise<Azurite> {
  const server = await startGuarded((port, folder) => [
    process.execPath,
    program,
    ...['--silent', '--disableTelemetry', '--skipApiVersionCheck', '--location', folder, '--blobPort', String(port)],
    ...(tls ? ['--oauth', 'basic', '--cert', tls.certificate, '--key', tls.key] : []),
  ]);
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${server.port}/${account}`;
  const service = new BlobServiceClient(url, new StorageSharedKeyCredential(account, key));
  return {
    ...server,
    account,
    key,
    url,
    environment: {
      AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=${tls ? 'https' : 'http'};AccountName=${account};AccountKey=${key};BlobEndpoint=${url};`,
    },
    async newContainer(name = `test-${randomBytes(6).toString('hex')}`) {
      const container = service.getContainerClient(name);
      await container.create();
      return container;
    },
  };
}

export function azureGround(container: ContainerClient, prefix: string): Ground {
  const blob = (path: string) => container.getBlockBlobClient(prefix + path);
  return {
    refuses: /[\\\r]/,
    async put(path, content, mtimeMs) {
      const { synctaskdraft: _, ...metadata } = metadataOf({ mtimeMs, draft: '' });
      await blob(path).upload(content, content.length, { metadata });
    },
    async get(path) {
      try {
        const { readableStreamBody } = await blob(path).download(); // one answer is one version
        return await buffer(readableStreamBody as NodeJS.ReadableStream);
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) return undefined;
        throw error;
      }
    },
    async remove(path) {
      await blob(path).delete();
    },
    async names() {
      const names: string[] = [];
      for await (const { name } of container.listBlobsFlat({ prefix })) names.push(name.slice(prefix.length));
      return names.sort();
    },
  };
}
