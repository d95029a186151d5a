/** Headers that differ from file to file in spelling, as names that a program can rely on. */

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

/** Every name once: the second `name` becomes `name_2`, and what has no name `column_3`, by its place. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set(names);
  const used = new Set<string>();
  return names.map((name, index) => {
    const base = name === '' ? `column_${index + 1}` : name;
    let free = base;
    for (let count = 2; used.has(free) || (free !== name && taken.has(free)); count++) free = `${base}_${count}`;
    used.add(free);
    return free;
  });
}
