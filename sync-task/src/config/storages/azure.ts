/** Azure Blob Storage. */
import type { Read, StorageDeclaration } from './declaration.ts';
import { serverOf } from './server-of.ts';

export const azure = {
  scheme: 'az',
  name: 'Azure',
  isCloud: true,
  variables: [
    'AZURE_AUTHORITY_HOST',
    'AZURE_CLIENT_ID',
    'AZURE_FEDERATED_TOKEN',
    'AZURE_POD_IDENTITY_AUTHORITY_HOST',
    'AZURE_STORAGE_ACCOUNT',
    'AZURE_STORAGE_AUTH_MODE',
    'AZURE_STORAGE_CONNECTION_STRING',
    'AZURE_STORAGE_KEY',
    'AZURE_STORAGE_SAS_TOKEN',
    'AZURE_STORAGE_SERVICE_ENDPOINT',
    'AZURE_TENANT_ID',
    'IDENTITY_ENDPOINT',
    'IDENTITY_HEADER',
  ],
  secrets: ['AZURE_STORAGE_CONNECTION_STRING', 'AZURE_STORAGE_KEY', 'AZURE_STORAGE_SAS_TOKEN'],
  options: {},
} as const satisfies StorageDeclaration;

/** The server of the account; undefined where no account is named. */
export function azureService(variable: Read<(typeof azure.variables)[number]>): string | undefined {
  const connection = variable('AZURE_STORAGE_CONNECTION_STRING');
  const part = (name: string) => new RegExp(`(?:^|;)\\s*${name}=([^;]+)`, 'i').exec(connection ?? '')?.[1]?.trim();
  const account = connection === undefined ? variable('AZURE_STORAGE_ACCOUNT') : part('AccountName');
  const endpoint = connection === undefined ? variable('AZURE_STORAGE_SERVICE_ENDPOINT') : part('BlobEndpoint');
  if (endpoint !== undefined) return serverOf(endpoint);
  return account === undefined ? undefined : `${account}.blob.${part('EndpointSuffix') ?? 'core.windows.net'}`;
}
