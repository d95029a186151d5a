import type { Draft, PublishOptions } from '../../storage.ts';

/** A draft that this process has begun, as the storage keeps it by its name until it is published or discarded. */
export interface OwnDraft extends Draft {
  readonly path: string;
  readonly mtimeMs: number;
  /** Bytes given so far. */
  readonly size: number;
  /** Its bytes, where they are still here. */
  readonly content: Uint8Array | undefined;
  publish(options: PublishOptions): Promise<void>;
}
