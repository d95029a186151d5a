/**
 * Texts that others chose, names of files and words of servers above all, as a terminal, a log line or a page may show them.
 * Controls (C0, DEL, C1), formatting (direction, width zero), lone surrogates and Unicode's own line ends are spelt out: none
 * of them moves a cursor, starts a line or turns what follows. Used where text leaves the process, so that no caller can forget.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** On one line. */
export function visible(text: string): string {
  return text.replace(hidden, (character) => {
    const code = (character.codePointAt(0) as number).toString(16);
    if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
    return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\u{${code}}`;
  });
}

/** JSON that reads the same and holds nothing hidden, but for the line ends between its parts. */
export function visibleJson(json: string): string {
  return json.replace(hidden, (character) => {
    if (character === '\n') return character;
    return Array.from({ length: character.length }, (_, index) => {
      return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
    }).join('');
  });
}
