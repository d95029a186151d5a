/**
 * Reads the YAML file of `--config`: option names in kebab or camel case, one pipeline or several (`pipelines`), and the blocks of
 * Airflow's pipeline files, so that one file serves both (docs/guides/config.md).
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { SyncError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { optionNames } from '../options/options.ts';
import type { Environment } from '../secrets.ts';
import { airflowBlocks, airflowKeys } from './airflow-keys.ts';
import { expand } from './expand.ts';

export interface FileValue {
  readonly value: unknown;
  readonly line: number;
}

interface Reading {
  readonly file: string;
  readonly document: Document.Parsed;
  readonly environment: Environment;
  lineOf(node: unknown): number;
}

/**
 * Option name → value, with variables expanded. `pipeline` selects one of several. Throws `usage`, with the line.
 */
export function readConfigFile(
  file: string,
  pipeline?: string,
  environment: Environment = {},
): ReadonlyMap<string, FileValue> {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines });
  const [error] = document.errors;
  if (error) throw bad(`${file}, line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`);
  assertPlain(document, file);
  const lineOf = (node: unknown) => lines.linePos((node as Node | undefined)?.range?.[0] ?? 0).line;
  const reading: Reading = { file, document, environment, lineOf };
  const content = document.contents;
  if (content === null || (isScalar(content) && content.value === null)) return new Map();
  if (!isMap(content)) throw bad(`${file}: it must hold "option: value" lines`);
  const pairs = content.items as Pair[];
  const several = pairs.find(({ key }) => textOf(key) === 'pipelines');
  const values = new Map<string, FileValue>();
  const chosen = several && choose(reading, several, pipeline);
  take(
    reading,
    values,
    pairs.filter((pair) => pair !== several),
  );
  if (chosen) {
    take(reading, values, chosen.pairs);
    values.set('pipeline', { value: chosen.name, line: chosen.line });
  } else if (!values.has('pipeline') && pairs.some(({ key }) => airflowKeys.includes(textOf(key)))) {
    // Airflow names a pipeline after its file: here it is the same one.
    values.set('pipeline', { value: basename(file).replace(/\.ya?ml$/, ''), line: 1 });
  }
  return values;
}

function choose(reading: Reading, { key, value }: Pair, wanted: string | undefined) {
  const node = resolved(reading, value);
  const at = `${reading.file}, line ${reading.lineOf(key)}: pipelines`;
  if (!isMap(node)) throw bad(`${at}: it holds pipelines by their names, each with its options`);
  const pairs = node.items as Pair[];
  const names = pairs.map((pair) => textOf(pair.key));
  if (wanted === undefined) throw bad(`${at}: say which one: --pipeline ${names.join(', --pipeline ')}`);
  const found = pairs.find((pair) => textOf(pair.key) === wanted);
  if (!found) {
    const meant = nearest(wanted, names);
    throw bad(`${at}: there is no ${wanted}; ${meant ? `did you mean ${meant}?` : `there are ${names.join(', ')}`}`);
  }
  const own = resolved(reading, found.value);
  if (own !== undefined && !isMap(own) && !(isScalar(own) && own.value === null)) {
    throw bad(`${reading.file}, line ${reading.lineOf(found.key)}: ${wanted}: it must hold "option: value" lines`);
  }
  return { name: wanted, line: reading.lineOf(found.key), pairs: isMap(own) ? (own.items as Pair[]) : [] };
}

/** Later ones replace earlier ones of the same name. */
function take(reading: Reading, values: Map<string, FileValue>, pairs: readonly Pair[]): void {
  for (const pair of pairs) {
    const key = textOf(pair.key);
    const node = resolved(reading, pair.value);
    const block = airflowBlocks[key];
    if (block && (isMap(node) || block === 'list')) takeBlock(reading, values, pair, node);
    else if (airflowKeys.includes(key) || (isMap(node) && ['source', 'target', 'state'].includes(key))) continue;
    else set(reading, values, pair.key, kebab(key), node);
  }
}

/** Takes a block of Airflow's files, which has names of its own. */
function takeBlock(reading: Reading, values: Map<string, FileValue>, { key }: Pair, node: unknown): void {
  const name = textOf(key);
  const block = airflowBlocks[name];
  if (block === 'list') {
    set(reading, values, key, name.slice(0, -1), node);
    return;
  }
  const items = isMap(node) ? (node.items as Pair[]) : [];
  if (name === 'gates') {
    const gates = items.map((item) => `${textOf(item.key)}=${textOf(plain(reading, resolved(reading, item.value)))}`);
    values.set('gate', { value: gates, line: reading.lineOf(key) });
    return;
  }
  for (const item of items) {
    const word = textOf(item.key);
    const option = block === 'options' ? kebab(word) : block?.[word];
    if (option === '') continue;
    if (option === undefined) throw unknown(reading, item.key, `${name}.${word}`, word, Object.keys(block ?? {}));
    set(reading, values, item.key, option, resolved(reading, item.value));
  }
}

function set(reading: Reading, values: Map<string, FileValue>, key: unknown, name: string, node: unknown): void {
  if (!(optionNames as string[]).includes(name)) throw unknown(reading, key, textOf(key), name, optionNames);
  values.set(name, { value: plain(reading, node), line: reading.lineOf(key) });
}

function unknown(reading: Reading, key: unknown, shown: string, name: string, names: readonly string[]): SyncError {
  const meant = nearest(name, names);
  const secret = /password|passphrase|private-?key/i.test(name) ? '; secrets come from the environment' : '';
  const where = `${reading.file}, line ${reading.lineOf(key)}`;
  return bad(`${where}: ${shown} is no option${meant ? `; did you mean ${meant}?` : ''}${secret}`);
}

/** The node as a JavaScript value, with variables expanded in its texts. */
function plain(reading: Reading, node: unknown): unknown {
  const each = resolved(reading, node as Node);
  if (isMap(each)) {
    return Object.fromEntries((each.items as Pair[]).map(({ key, value }) => [textOf(key), plain(reading, value)]));
  }
  if (isSeq(each)) return each.items.map((item) => plain(reading, item));
  const value = isScalar(each) ? each.value : each;
  if (typeof value !== 'string') return value;
  return expand(value, reading.environment, (why) => bad(`${reading.file}, line ${reading.lineOf(each)}: ${why}`));
}

function resolved({ document }: Reading, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : (node ?? undefined);
}

function textOf(node: unknown): string {
  return String(isScalar(node) ? node.value : node);
}

function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Only this conversion finds aliases without an anchor, and aliases that would expand without end. */
function assertPlain(document: Document.Parsed, file: string): void {
  try {
    document.toJS();
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
