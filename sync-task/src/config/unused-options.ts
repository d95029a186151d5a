import { SyncError } from '../base/errors.ts';
import type { Role } from './options/option.ts';
import { type OptionName, optionNames, optionOf } from './options/options.ts';
import type { Location } from './settings.ts';
import { storages } from './storages/storages.ts';

interface Values {
  get(name: OptionName): unknown;
  given(name: OptionName): { readonly as: string } | undefined;
}

/** Throws `usage` for an option that means nothing for the storage: whoever gave it expects something of it. */
export function refuseUnused(values: Values, role: Role, { scheme, label }: Location): void {
  for (const name of optionNames.filter((each) => each.startsWith(`${role}-`))) {
    const { schemes } = optionOf(name);
    if (schemes === undefined || schemes.includes(scheme)) continue;
    const given = values.given(name);
    if (given === undefined || values.get(name) === false) continue;
    throw new SyncError(`${given.as}: it is for ${named(schemes)}, and does nothing for ${label}; leave it out`, {
      kind: 'usage',
      reason: 'bad-option',
    });
  }
}

/** `S3`; `SFTP, S3, Azure and Google Cloud`. */
function named(schemes: readonly string[]): string {
  const names = storages.flatMap(({ scheme, name }) => (schemes.includes(scheme) ? name : []));
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((part) => part !== '').join(' and ');
}

/** Throws `usage` for in-place at a bucket: an object appears whole in one request anyway. */
export function refuseInPlace(values: Values, { scheme, label }: Location): void {
  if (values.get('publish') !== 'in-place' || scheme === 'sftp' || scheme === 'file') return;
  throw new SyncError(
    `${values.given('publish')?.as}: in-place is for SFTP and folders, and does nothing for ${label}, where a file appears whole in one step; leave it out`,
    { kind: 'usage', reason: 'bad-option' },
  );
}
