/** Logging through winston, the only file that imports it: to stderr, pretty or one JSON object a line. */
import { createLogger, format, transports } from 'winston';
import type { Log } from '../log.ts';

export interface LogOptions {
  readonly level: string;
  readonly format: 'auto' | 'pretty' | 'json';
  /** Never printed, whatever happens. */
  readonly secrets: readonly string[];
  /** Of every JSON line. */
  readonly traceId?: string;
  /** Called before each line, so that a progress line can make room. */
  readonly beforeLine?: () => void;
}

const SHORTEST_SECRET = 4;
const MESSAGE = Symbol.for('message');

export function openLog(options: LogOptions): Log {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && process.stderr.isTTY === true);
  const colours = pretty && process.stderr.isTTY === true && !process.env['NO_COLOR'];
  const redact = redaction(options.secrets);
  const logger = createLogger({
    level: options.level,
    format: format.combine(
      pretty ? prettyFormat(colours) : jsonFormat(options.traceId),
      format((info) => {
        options.beforeLine?.();
        info[MESSAGE] = redact(String(info[MESSAGE]));
        return info;
      })(),
    ),
    transports: [new transports.Stream({ stream: process.stderr })],
  });
  return {
    debug: (message, facts) => void logger.debug(message, { facts }),
    info: (message, facts) => void logger.info(message, { facts }),
    warn: (message, facts) => void logger.warn(message, { facts }),
    error: (message, facts) => void logger.error(message, { facts }),
  };
}

function jsonFormat(traceId: string | undefined) {
  return format((info) => {
    const { level, message, facts } = info as { level: string; message: unknown; facts?: object };
    info[MESSAGE] = JSON.stringify({ time: new Date().toISOString(), level, message, ...facts, traceId });
    return info;
  })();
}

const colourOf: Readonly<Record<string, string>> = {
  error: '\x1b[31m',
  warn: '\x1b[33m',
  info: '\x1b[36m',
  debug: '\x1b[90m',
};

function prettyFormat(colours: boolean) {
  return format((info) => {
    const { level, message } = info;
    const time = new Date().toISOString().slice(11, 19);
    const tag = level.padEnd(5);
    info[MESSAGE] = `${time} ${colours ? `${colourOf[level] ?? ''}${tag}\x1b[0m` : tag} ${printable(String(message))}`;
    return info;
  })();
}

/** A file name may hold anything: nothing in it moves the cursor or starts a line. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function redaction(secrets: readonly string[]): (line: string) => string {
  const hidden = secrets
    .flatMap((secret) => [secret, ...secret.split('\n')])
    .map((secret) => secret.trim())
    .filter((secret) => secret.length >= SHORTEST_SECRET && !secret.startsWith('-----'))
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    .sort((a, b) => b.length - a.length);
  return (line) => hidden.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), line);
}
