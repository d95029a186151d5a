/** What resuming an upload needs: its URI, and the digest of what came before. */
export interface Ticket {
  readonly uri: string;
  readonly mtimeMs: number;
  /** CRC32C of the first so many bytes. */
  readonly digests: readonly (readonly [offset: number, value: number])[];
}

export function writeTicket(ticket: Ticket): string {
  return JSON.stringify(ticket);
}

export function readTicket(text: string): Ticket {
  return JSON.parse(text) as Ticket;
}
