/**
 * HTML in which inserted values can only be text. A template's own words are markup; what stands in `${}` is escaped, unless this
 * function made it. A file name is hostile input: it may hold `<script>`, quotes, control characters, or characters that turn the
 * direction of what follows.
 */
import { visible } from '../../base/visible.ts';

const brand = Symbol('markup');

export interface Markup {
  readonly [brand]: string;
}

export type Content = Markup | string | number | readonly Content[] | undefined | false;

export function html(words: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return { [brand]: words.reduce((text, word, index) => text + render(contents[index - 1]) + word) };
}

/** Text that is markup already. Only for constants of this program. */
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

/** Safe as text and in quoted attributes. Spells out invisible characters and those that turn the direction of text. */
export function escapeText(text: string): string {
  return visible(text).replace(/[&<>"'`]/g, (character) => entities[character] as string);
}
