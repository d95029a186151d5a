/** What has to be written down to go on with an upload: its URI, and the digest of what came before. */
export interface Handle {
  readonly uri: string;
  readonly mtimeMs: number;
  /** CRC32C of the first so many bytes. */
  readonly digests: readonly (readonly [offset: number, value: number])[];
}

export function writeHandle(handle: Handle): string {
  return JSON.stringify(handle);
}

export function readHandle(text: string): Handle {
  return JSON.parse(text) as Handle;
}
