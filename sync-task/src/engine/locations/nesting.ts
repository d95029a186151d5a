/** How one root lies within another. */
export interface Nesting {
  /** Which of them holds the other; where they are one, `source`. */
  readonly upper: 'source' | 'target';
  /** The path of the other in it; '' where they are one. */
  readonly below: string;
}

/** By their names alone. Undefined where neither holds the other. */
export function nestingOf(source: string, target: string): Nesting | undefined {
  const below = relative(source, target);
  if (below !== undefined) return { upper: 'source', below };
  const above = relative(target, source);
  return above === undefined ? undefined : { upper: 'target', below: above };
}

function relative(upper: string, lower: string): string | undefined {
  const folder = upper.replace(/\/+$/, '');
  if (lower === upper || lower === folder) return '';
  return lower.startsWith(`${folder}/`) ? lower.slice(folder.length + 1) : undefined;
}
