/**
 * HTML in which nothing that was put in can be anything but text. A template's own words are markup; what stands in `${}` is
 * escaped, unless it is markup made by this very function. A file name is hostile input: it may hold `<script>`, quotes,
 * control characters, or characters that turn the direction of what follows.
 */
const brand = Symbol('markup');

export interface Markup {
  readonly [brand]: string;
}

export type Content = Markup | string | number | readonly Content[] | undefined | false;

export function html(words: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return { [brand]: words.reduce((text, word, index) => text + render(contents[index - 1]) + word) };
}

/** Text that is markup already. For constants of this program alone. */
export function trusted(text: string): Markup {
  return { [brand]: text };
}

export function markupText(markup: Markup): string {
  return markup[brand];
}

function render(content: Content): string {
  if (content === undefined || content === false) return '';
  if (typeof content === 'object') return brand in content ? content[brand] : content.map(render).join('');
  return escapeText(String(content));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Safe as text and in quoted attributes. Invisible characters and such as turn directions are spelt out. */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, (character) => {
      const code = character.codePointAt(0) as number;
      return `\\u${code.toString(16).padStart(4, '0')}`;
    })
    .replace(/[&<>"'`]/g, (character) => entities[character] as string);
}
