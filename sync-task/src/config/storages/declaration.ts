/** What the configuration has to know of a storage. The storage itself, behind `storage/open.ts`, is unknown here. */
import type { Option } from '../options/option.ts';

/** Reads a variable of one endpoint, as `Endpoint.variable` does. */
export type Read<Name extends string> = (name: Name) => string | undefined;

export interface StorageDeclaration {
  /** Of its URLs. */
  readonly scheme: string;
  /** For messages. */
  readonly name: string;
  /** It keeps objects in buckets, behind a web service. */
  readonly isCloud: boolean;
  /** The variables it reads: `SYNC_TASK_SOURCE_NAME` or `_TARGET_NAME` before `NAME`, each also with `_FILE`. Others are refused. */
  readonly variables: readonly string[];
  /** Those of them that no log line may show. */
  readonly secrets: readonly string[];
  /** Its own options, by name. Each says in `schemes` that it is for this storage. */
  readonly options: Readonly<Record<string, Option>>;
}
