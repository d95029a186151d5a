/**
 * What an object says of its content: its type, how caches keep it, its owner's metadata. The user's settings come first, then
 * what the source says, then what the name tells.
 */

import { SyncError } from '../../base/errors.ts';
import type { ContentSettings } from '../../config/settings.ts';
import type { ContentDescription } from '../storage.ts';
import { contentTypeOf } from './content-type.ts';

/** Ours, in the spelling of each service; and what Azure marks its folders with. */
const ownKeys = /^(mtime|sha256|sync[-_]?task[-_]?draft|hdi_isfolder)$/i;

export interface Described extends ContentDescription {
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export type Describe = (path: string, source: ContentDescription | undefined) => Described;

/** Throws `usage` where the settings are no metadata, or no header can hold them. */
export function describing(given: ContentSettings | undefined): Describe {
  const metadata = metadataOfText(given?.metadata);
  for (const [name, value = ''] of [
    ['content-type', given?.contentType],
    ['cache-control', given?.cacheControl],
  ] as const) {
    if (!/^[\x20-\x7e]*$/.test(value)) throw bad(`--target-${name}: it holds what no header can`);
  }
  return (path, source = {}) => ({
    ...source,
    contentType: given?.contentType ?? source.contentType ?? contentTypeOf(path),
    cacheControl: given?.cacheControl ?? source.cacheControl,
    metadata: { ...source.metadata, ...metadata },
  });
}

/** The owner's metadata, without this program's own keys. */
export function userMetadata(all: Readonly<Record<string, string | null>> | undefined): Record<string, string> {
  const own = Object.entries(all ?? {}).filter(([key, value]) => !ownKeys.test(key) && value !== null);
  return Object.fromEntries(own) as Record<string, string>;
}

/** As HTTP headers take them: everything but plain ASCII is percent-encoded. */
export function asHeaders(
  metadata: Readonly<Record<string, string>>,
  keyOf: (key: string) => string,
): Record<string, string> {
  const plain = (text: string) => (/^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text));
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [keyOf(plain(key)), plain(value)]));
}

function metadataOfText(text: string | undefined): Record<string, string> {
  const pairs = (text ?? '').split(',').filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, key, value] = /^([A-Za-z][\w-]*)=([\x20-\x7e]*)$/.exec(pair) ?? [];
      if (key !== undefined && value !== undefined && !ownKeys.test(key)) return [key.toLowerCase(), value];
      const why = key === undefined ? 'write KEY=VALUE, several separated by ","' : `${key} is kept for this program`;
      throw bad(`--target-metadata: ${why}`);
    }),
  );
}

function bad(message: string): SyncError {
  return new SyncError(message, { kind: 'usage', reason: 'bad-option' });
}
