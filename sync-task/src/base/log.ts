/** Structured logging: a sentence and its facts. `cli/log.ts` writes them. */
export interface Log {
  debug(message: string, facts?: Facts): void;
  /** Several sentences become a line each. */
  info(message: string | readonly string[], facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
}

export type Facts = Readonly<Record<string, unknown>>;
