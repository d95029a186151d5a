/** Logging through winston, the only file that imports it: to stderr, pretty or one JSON object a line. */
import { createLogger, format, transports } from 'winston';
import type { Facts, Log } from '../base/log.ts';
import { visible, visibleJson } from '../base/visible.ts';

export interface LogOptions {
  readonly level: string;
  readonly format: 'auto' | 'pretty' | 'json';
  /** Never printed, whatever happens. */
  readonly secrets: readonly string[];
  /** Of every JSON line. */
  readonly traceId?: string;
  /** Called before each line, so that a progress line can make room. */
  readonly beforeLine?: () => void;
  /** Where the log is a terminal. */
  readonly colours?: boolean;
}

const SHORTEST_SECRET = 4;
const MESSAGE = Symbol.for('message');

export function openLog(options: LogOptions): Log {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && process.stderr.isTTY === true);
  const colours = pretty && process.stderr.isTTY === true && options.colours !== false;
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
  /** winston makes a line first, and asks for its level then. */
  function at(level: string): (message: string | readonly string[], facts?: Facts) => void {
    if (!logger.isLevelEnabled(level)) return () => undefined;
    return (message, facts) => void logger.log(level, { message, facts });
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** One line for each sentence. Many at once pass winston's streams as one. */
function lines(message: unknown, line: (sentence: string) => string): string {
  return Array.isArray(message) ? message.map(line).join('\n') : line(String(message));
}

function jsonFormat(traceId: string | undefined) {
  return format((info) => {
    const { level, facts } = info as { level: string; facts?: object };
    const time = new Date().toISOString();
    info[MESSAGE] = lines(info.message, (message) =>
      visibleJson(JSON.stringify({ time, level, message, ...facts, traceId })),
    );
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
    const { level, facts } = info as { level: string; facts?: { readonly path?: unknown } };
    const tag = level.padEnd(5);
    const begin = `${stamp(new Date())} ${colours ? `${colourOf[level] ?? ''}${tag}\x1b[0m` : tag}`;
    const path = typeof facts?.path === 'string' ? facts.path : '';
    // A line that is about one file names it.
    info[MESSAGE] = lines(info.message, (message) => {
      return `${begin} ${visible(message.includes(path) ? message : `${message}: ${path}`)}`;
    });
    return info;
  })();
}

/** The time here, with its distance from UTC. */
export function stamp(time: Date): string {
  const minutes = -time.getTimezoneOffset();
  const two = (value: number) => String(Math.floor(Math.abs(value))).padStart(2, '0');
  const here = new Date(time.getTime() + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  return `${here}${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

function redaction(secrets: readonly string[]): (line: string) => string {
  const forms = secrets
    .flatMap((secret) => [secret, ...secret.split('\n')])
    .map((secret) => secret.trim())
    .filter((secret) => secret.length >= SHORTEST_SECRET && !secret.startsWith('-----'))
    .flatMap((secret) => [secret, visible(secret), visibleJson(JSON.stringify(secret)).slice(1, -1)]);
  const hidden = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (line) => hidden.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), line);
}
