/** Turns headers that are spelled differently from file to file into names that a program can rely on. */

/** `Kunden-Nr.` → `kunden_nr`, `firstName` → `first_name`, `Größe (cm)` → `groesse_cm`. Letters of other scripts stay. */
export function snakeCase(name: string): string {
  return name
    .replace(/[äöüßÄÖÜ]/g, (letter) => spelledOut[letter] as string)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
}

const spelledOut: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', Ä: 'Ae', Ö: 'Oe', Ü: 'Ue' };

/** Makes names unique: the second `name` becomes `name_2`, and an empty one `column_3`, by its position. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set(names);
  const used = new Set<string>();
  /** The number last tried, so that a header of a million equal names takes no longer than others. */
  const counts = new Map<string, number>();
  return names.map((name, index) => {
    const base = name === '' ? `column_${index + 1}` : name;
    let free = base;
    let count = counts.get(base) ?? 2;
    for (; used.has(free) || (free !== name && taken.has(free)); count++) free = `${base}_${count}`;
    counts.set(base, count);
    used.add(free);
    return free;
  });
}

/** The first name that occurs twice. */
export function firstTwice(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}
