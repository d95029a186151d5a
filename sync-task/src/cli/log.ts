/** Logs to stderr with winston, pretty or as one JSON object a line. No other file imports winston. */
import { createLogger, format, transports } from 'winston';
import type { Facts, Log } from '../base/log.ts';
import { visible, visibleJson } from '../base/visible.ts';

export interface LogOptions {
  readonly level: string;
  readonly format: 'auto' | 'pretty' | 'json';
  /** Never printed. */
  readonly secrets: readonly string[];
  /** Added to every JSON line. */
  readonly traceId?: string;
  /** Called before each line, so that the progress can make room. */
  readonly beforeLine?: () => void;
  /** Use colours on a terminal; undefined: yes. */
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
  /** winston formats a line before it checks the level: check it first. */
  function at(level: string): (message: string | readonly string[], facts?: Facts) => void {
    if (!logger.isLevelEnabled(level)) return () => undefined;
    return (message, facts) => void logger.log(level, { message, facts });
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** One line for each sentence, in a single write to winston's stream. */
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
    // A line about a file names it.
    info[MESSAGE] = lines(info.message, (message) => {
      return `${begin} ${visible(message.includes(path) ? message : `${message}: ${path}`)}`;
    });
    return info;
  })();
}

/** The local time with its offset from UTC: `2026-11-28 20:04:41+00:00`. */
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
