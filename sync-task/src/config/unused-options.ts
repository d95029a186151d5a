import { SyncError } from '../base/errors.ts';
import { type OptionName, optionNames } from './options.ts';
import type { Location } from './settings.ts';

/** Storages behind which stand web servers. */
export const clouds: readonly string[] = ['s3', 'az', 'gs'];

interface Values {
  get(name: OptionName): unknown;
  given(name: OptionName): { readonly as: string } | undefined;
}

const uses = [
  { of: ['jump', 'legacy-algorithms', 'identities-only', 'insecure-ignore-host-key'], by: 'SFTP', schemes: ['sftp'] },
  { of: ['proxy'], by: 'SFTP, S3, Azure and Google Cloud', schemes: ['sftp', ...clouds] },
  { of: ['content-type', 'cache-control', 'metadata'], by: 'S3, Azure and Google Cloud', schemes: clouds },
  { of: ['s3-storage-class', 's3-encryption', 's3-tags'], by: 'S3', schemes: ['s3'] },
];

/** An option that would do nothing is a mistake of whoever gave it: throws `usage`. */
export function refuseUnused(values: Values, role: 'source' | 'target', { scheme, label }: Location): void {
  for (const { of, by } of uses.filter(({ schemes }) => !schemes.includes(scheme))) {
    for (const name of optionNames.filter((each) => of.some((end) => each === `${role}-${end}`))) {
      const given = values.given(name);
      if (given === undefined || values.get(name) === false) continue;
      throw new SyncError(`${given.as}: it is for ${by}, and does nothing for ${label}; leave it out`, {
        kind: 'usage',
        reason: 'bad-option',
      });
    }
  }
}

/** An object appears in one request, whole: there is nothing that in-place could change. Throws `usage`. */
export function refuseInPlace(values: Values, { scheme, label }: Location): void {
  if (values.get('publish') !== 'in-place' || scheme === 'sftp' || scheme === 'file') return;
  throw new SyncError(
    `${values.given('publish')?.as}: in-place is for SFTP and folders, and does nothing for ${label}, where a file appears whole in one step; leave it out`,
    { kind: 'usage', reason: 'bad-option' },
  );
}
