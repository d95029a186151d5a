/** How the objects of a bucket are stored and described. */
import { engineCommands } from './commands.ts';
import type { Option } from './option.ts';
import { clouds } from './storages.ts';

export const objectOptions = {
  'target-content-type': {
    kind: 'text',
    group: 'Locations',
    commands: engineCommands,
    schemes: clouds,
    describe: "the content type of all objects (s3, az, gs; default: the source object's, else guessed from the name)",
  },
  'target-cache-control': {
    kind: 'text',
    group: 'Locations',
    commands: engineCommands,
    schemes: clouds,
    describe: "the cache control of all objects, such as max-age=60 (s3, az, gs; default: the source object's)",
  },
  'target-metadata': {
    kind: 'text',
    group: 'Locations',
    commands: engineCommands,
    schemes: clouds,
    describe: 'metadata to add to that of the source\'s objects: KEY=VALUE, several separated by "," (s3, az, gs)',
  },
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
} as const satisfies Record<string, Option>;
