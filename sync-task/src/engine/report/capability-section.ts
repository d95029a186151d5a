/** The section of a run's report that shows what source and target offer. */
import { capabilityNames } from '../capability-table.ts';
import { type Content, html } from './html.ts';
import { type Column, section, table } from './page.ts';

interface Capability {
  readonly name: string;
  readonly value: unknown;
}

/** Undefined where none are known. */
export function capabilities(found: Readonly<Record<string, unknown>>): Content {
  const endpoints = Object.entries(found).filter((entry): entry is [string, object] => isObject(entry[1]));
  if (endpoints.length === 0) return undefined;
  const columns: readonly Column<Capability>[] = [
    { label: 'Capability', kind: 'name', cell: ({ name }) => name },
    { label: 'Found', kind: 'message', cell: ({ value }) => valueWords(value) },
  ];
  const lists = endpoints.map(
    ([role, facts]) =>
      html`${section(`place-${role}`, role === 'source' ? 'Source' : role === 'target' ? 'Target' : role, table(columns, capabilityRows(facts)))}`,
  );
  return html`<div class="columns">${lists}</div>`;
}

const named: ReadonlyMap<string, string> = new Map(Object.entries(capabilityNames));

function capabilityRows(facts: object): readonly Capability[] {
  return Object.entries(facts).map(([name, value]) => ({
    name: named.get(name) ?? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/ ms$/, ' (ms)'),
    value: name === 'publishesNew' ? value === 'atomic' : value,
  }));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueWords(value: unknown): string {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (value === undefined || value === null) return 'unknown';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
