/** What is written down before a draft is published, so that after a crash one look tells whether it was. */
import type { ContentDigest, FileVersion } from '../model.ts';

export interface PublishIntent {
  /** The finished draft's name. */
  readonly draft: string;
  /** The source's version it was made from, and by which transforms. */
  readonly version: FileVersion;
  readonly chain: string;
  readonly targetSize: number;
  /** As the target reported it for the draft. */
  readonly targetMtimeMs: number;
  readonly mtimeKept: boolean;
  readonly digest: ContentDigest;
}

/** From the state's JSON; undefined where there is none. */
export function readIntent(json: unknown): PublishIntent | undefined {
  return json === null || json === undefined ? undefined : (json as PublishIntent);
}
