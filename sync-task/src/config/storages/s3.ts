/** S3 and what speaks its protocol. */
import { engineCommands } from '../options/commands.ts';
import type { Read, StorageDeclaration } from './declaration.ts';
import { serverOf } from './server-of.ts';

export const s3 = {
  scheme: 's3',
  name: 'S3',
  isCloud: true,
  variables: [
    'AWS_ACCESS_KEY_ID',
    'AWS_CA_BUNDLE',
    'AWS_DEFAULT_REGION',
    'AWS_ENDPOINT_URL',
    'AWS_ENDPOINT_URL_S3',
    'AWS_PROFILE',
    'AWS_REGION',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
  ],
  secrets: ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
  options: {
    'target-s3-storage-class': {
      kind: 'text',
      group: 'Locations',
      commands: engineCommands,
      schemes: ['s3'],
      describe: "the storage class of the objects, such as STANDARD_IA (s3; default: the bucket's)",
    },
    'target-s3-encryption': {
      kind: 'text',
      group: 'Locations',
      commands: engineCommands,
      schemes: ['s3'],
      describe: "encryption at the server: AES256, aws:kms or aws:kms:KEY (s3; default: the bucket's)",
    },
    'target-s3-tags': {
      kind: 'text',
      group: 'Locations',
      commands: engineCommands,
      schemes: ['s3'],
      describe: 'tags of the objects: KEY=VALUE, several separated by "," (s3)',
    },
  },
} as const satisfies StorageDeclaration;

/** `aws`, `aws-cn`, or the server of another service. */
export function s3Service(variable: Read<(typeof s3.variables)[number]>): string {
  const url = variable('AWS_ENDPOINT_URL_S3') ?? variable('AWS_ENDPOINT_URL');
  const region = variable('AWS_REGION') ?? variable('AWS_DEFAULT_REGION') ?? '';
  if (url === undefined) return region.startsWith('cn-') ? 'aws-cn' : 'aws';
  const server = serverOf(url);
  if (/\.amazonaws\.com\.cn(:443)?$/.test(server)) return 'aws-cn';
  return /\.amazonaws\.com(:443)?$/.test(server) ? 'aws' : server;
}
