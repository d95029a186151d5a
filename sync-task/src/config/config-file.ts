/** The YAML file of `--config`: option names in kebab or camel case, and nothing else. */
import { readFileSync } from 'node:fs';
import { type Document, LineCounter, parseDocument } from 'yaml';
import { SyncError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { optionNames } from './options.ts';

/** Option name → value as written. Throws `usage` with the line. */
export function readConfigFile(file: string): ReadonlyMap<string, unknown> {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines });
  const [error] = document.errors;
  if (error) throw bad(`${file}, line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`);
  const content = plainContent(document, file);
  if (content === null) return new Map();
  if (typeof content !== 'object' || Array.isArray(content)) throw bad(`${file}: it must hold "option: value" lines`);
  const values = new Map<string, unknown>();
  for (const [key, value] of Object.entries(content)) {
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (!(optionNames as string[]).includes(name)) {
      const node = document.contents && 'items' in document.contents ? document.contents.items : [];
      const pair = node.find((item) => String((item as { key?: unknown }).key) === key) as
        | { key?: { range?: [number, number, number] } }
        | undefined;
      const line = lines.linePos(pair?.key?.range?.[0] ?? 0).line;
      const meant = nearest(name, optionNames);
      const secret = /password|passphrase|private-key/.test(name) ? '; secrets come from the environment' : '';
      throw bad(`${file}, line ${line}: ${key} is no option${meant ? `; did you mean ${meant}?` : ''}${secret}`);
    }
    values.set(name, value);
  }
  return values;
}

/** An alias without its anchor, or one that would grow without end, shows only here. */
function plainContent(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw bad(`${file}: ${(error as Error).message.split('\n')[0]}`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw bad(`--config: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`);
  }
}

function bad(message: string): SyncError {
  return new SyncError(message, { kind: 'usage', reason: 'bad-config' });
}
