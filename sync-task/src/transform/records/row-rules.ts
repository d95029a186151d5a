/** A schema, compiled for the columns of one table: finds what is wrong with a row. */
import { SyncError } from '../../base/errors.ts';
import { linearPattern } from '../text/pattern/pattern.ts';
import { columnIndexes, shortList } from './columns.ts';
import type { Row } from './dialect.ts';
import { type KeySet, keyOf } from './key-set.ts';
import type { ColumnRule, Schema } from './schema-file.ts';
import { valueTypes } from './value-types.ts';

/** `column: what` for each fault; empty where there is none. */
export type RowRules = (row: Row) => readonly string[];

interface UniqueRule {
  readonly label: string;
  readonly columns: readonly number[];
  readonly seen: KeySet;
}

/**
 * Calls `newSet` once for each rule of uniqueness. Throws `refused` where the columns differ from the schema's. A row with
 * another fault does not count as the first of its key.
 */
export function rowRules(names: readonly string[], schema: Schema, newSet: (name: string) => KeySet): RowRules {
  checkNames(names, schema);
  const present = Object.entries(schema.columns).filter(([name]) => names.includes(name));
  const values = present.map(([name, rule]) => ({
    name,
    index: columnIndexes({ names }, [name])[0] as number,
    check: valueCheck(rule),
  }));
  const groups = [...present.filter(([, rule]) => rule.unique).map(([name]) => [name]), ...schema.unique];
  const unique = groups
    .filter((group) => group.every((name) => names.includes(name)))
    .map(
      (group, index): UniqueRule => ({
        label: group.join(' and '),
        columns: columnIndexes({ names }, group),
        seen: newSet(`unique-${index}`),
      }),
    );

  return (row) => {
    const problems: string[] = [];
    for (const { name, index, check } of values) {
      const problem = check(row[index] as string);
      if (problem !== undefined) problems.push(`${name}: ${problem}`);
    }
    if (problems.length > 0) return problems;
    for (const { label, columns, seen } of unique) {
      if (columns.every((column) => row[column] === '')) continue;
      if (!seen.add(keyOf(row, columns))) problems.push(`${label}: was there before`);
    }
    return problems;
  };
}

function checkNames(names: readonly string[], schema: Schema): void {
  const missing = Object.entries(schema.columns)
    .filter(([name, rule]) => rule.required && !names.includes(name))
    .map(([name]) => name);
  const others = names.filter((name) => !Object.hasOwn(schema.columns, name));
  const problems: string[] = [];
  if (missing.length > 0) problems.push(`columns that are required are missing: ${shortList(missing)}`);
  if (others.length > 0 && schema['other-columns'] === 'refuse') {
    problems.push(
      `the schema does not know these columns: ${shortList(others)}; add them, or say other-columns: allow`,
    );
  }
  if (problems.length === 0) return;
  throw new SyncError(problems.join('; '), { kind: 'refused', reason: 'no-column' });
}

/** The first fault of a value. Empty values are only checked for being required. */
function valueCheck(rule: ColumnRule): (value: string) => string | undefined {
  const type = valueTypes[rule.type];
  const { point } = type;
  const min = rule.min === undefined ? undefined : point?.(String(rule.min));
  const max = rule.max === undefined ? undefined : point?.(String(rule.max));
  const { required, 'min-length': minLength = 0, 'max-length': maxLength = Number.POSITIVE_INFINITY } = rule;
  const pattern = rule.pattern === undefined ? undefined : linearPattern(rule.pattern, false);
  const allowed = rule['one-of'] === undefined ? undefined : new Set(rule['one-of']);

  return (value) => {
    if (value === '') return required ? 'is empty' : undefined;
    if (!type.is(value)) return `is not ${type.expected}`;
    const at = min === undefined && max === undefined ? undefined : point?.(value);
    if (min !== undefined && (at?.compare(min) ?? 0) < 0) return `is less than ${rule.min}`;
    if (max !== undefined && (at?.compare(max) ?? 0) > 0) return `is more than ${rule.max}`;
    if (value.length < minLength) return `is shorter than ${minLength}`;
    if (value.length > maxLength) return `is longer than ${maxLength}`;
    if (allowed !== undefined && !allowed.has(value)) return 'is none of the allowed values';
    if (pattern !== undefined && !pattern.test(value)) return 'does not match the pattern';
    return undefined;
  };
}
