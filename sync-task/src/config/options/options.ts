/**
 * Every option, once: flags, environment variables, the keys of the file, the help and the pages of the manual all come from this
 * table. `--batch-files` is `SYNC_TASK_BATCH_FILES` in the environment and `batch-files` or `batchFiles` in the file.
 */
import { storageOptions } from '../storages/storages.ts';
import { batchOptions } from './batches.ts';
import { gateOptions } from './gates.ts';
import { locationOptions } from './locations.ts';
import { objectOptions } from './objects.ts';
import type { Option } from './option.ts';
import { outputOptions } from './output.ts';
import { proxyOptions } from './proxy.ts';
import { selectionOptions } from './selection.ts';
import { transferOptions } from './transfer.ts';
import { transformOptions } from './transforms.ts';
import { verificationOptions } from './verification.ts';

/** In the order of the help. */
const options = {
  ...locationOptions,
  ...proxyOptions,
  ...objectOptions,
  ...storageOptions,
  ...selectionOptions,
  ...gateOptions,
  ...transformOptions,
  ...batchOptions,
  ...transferOptions,
  ...verificationOptions,
  ...outputOptions,
} satisfies Record<string, Option>;

export type OptionName = keyof typeof options;

export const optionNames = Object.keys(options) as OptionName[];

export function optionOf(name: OptionName): Option {
  return options[name];
}

/** The variable that sets the option: `SYNC_TASK_BATCH_FILES` for `batch-files`. */
export function environmentName(name: string): string {
  return `SYNC_TASK_${name.replaceAll('-', '_').toUpperCase()}`;
}
