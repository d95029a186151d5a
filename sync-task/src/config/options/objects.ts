/** What objects say about their content, for every storage that keeps objects. */

import { clouds } from '../storages/storages.ts';
import { engineCommands } from './commands.ts';
import type { Option } from './option.ts';

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
} as const satisfies Record<string, Option>;
