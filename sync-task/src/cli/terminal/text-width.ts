/** Measures and shortens text in terminal columns. */

const marks = /\p{M}/u;
/** East Asian wide and full-width characters, and emoji: two columns. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;

function widthOf(character: string): number {
  if (character < '\x7f') return 1;
  return marks.test(character) ? 0 : wide.test(character) ? 2 : 1;
}

export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** Cuts the text to at most this many columns, and marks the cut with up to three dots. */
export function shorten(text: string, columns: number, cut: 'end' | 'beginning' = 'end'): string {
  if (textWidth(text) <= columns) return text;
  const dots = '...'.slice(0, Math.max(0, columns));
  const characters = [...text];
  if (cut === 'beginning') characters.reverse();
  let left = columns - dots.length;
  const kept: string[] = [];
  for (const character of characters) {
    left -= widthOf(character);
    if (left < 0) break;
    kept.push(character);
  }
  return cut === 'end' ? kept.join('') + dots : dots + kept.reverse().join('');
}
