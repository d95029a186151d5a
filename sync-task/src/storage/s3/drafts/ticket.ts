/** What finds an upload again: its id, which only the service knows, and the file's time. */
export interface Ticket {
  readonly uploadId: string;
  readonly mtimeMs: number;
}

export function ticketOf({ uploadId, mtimeMs }: Ticket): string {
  return `${mtimeMs}/${uploadId}`;
}

export function readTicket(text: string): Ticket {
  const slash = text.indexOf('/');
  return { uploadId: text.slice(slash + 1), mtimeMs: Number(text.slice(0, slash)) };
}
