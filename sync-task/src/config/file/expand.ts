/** `${NAME}` and `${NAME:-default}` in a text, as a shell has them; `$${NAME}` is `${NAME}` itself. */
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
