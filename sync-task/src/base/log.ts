/** Structured logging: a sentence and its facts. The cli brings the one that writes. */
export interface Log {
  debug(message: string, facts?: Facts): void;
  /** More than one sentence: a line for each. */
  info(message: string | readonly string[], facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
}

export type Facts = Readonly<Record<string, unknown>>;
