/**
 * Makes text from outside (file names, messages of servers) safe to show on a terminal, in a log line or on a page. It spells out
 * control characters (C0, DEL, C1), formatting (direction, zero width), lone surrogates and Unicode's line ends, so that none of
 * them moves the cursor, starts a line or reverses what follows. Call it where text leaves the process, so that no caller can forget.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** As one line. */
export function visible(text: string): string {
  return text.replace(hidden, (character) => {
    const code = (character.codePointAt(0) as number).toString(16);
    if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
    return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\u{${code}}`;
  });
}

/** JSON with the same value and no hidden characters except line ends between its parts. */
export function visibleJson(json: string): string {
  return json.replace(hidden, (character) => {
    if (character === '\n') return character;
    return Array.from({ length: character.length }, (_, index) => {
      return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
    }).join('');
  });
}
