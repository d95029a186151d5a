/** Expands `${NAME}` and `${NAME:-default}` as a shell does; `$${NAME}` stays `${NAME}`. Throws what `refuse` makes for an unset name. */
import type { Environment } from '../secrets.ts';

export function expand(text: string, environment: Environment, refuse: (why: string) => Error): string {
  return text.replace(
    /\$(\$?)\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g,
    (all: string, escaped: string, name: string, otherwise?: string) => {
      if (escaped) return all.slice(1);
      const value = environment[name] || otherwise;
      if (value !== undefined) return value;
      throw refuse(`\${${name}} is not set in the environment; set it, or write \${${name}:-default}`);
    },
  );
}
