/** The frame of every page: nothing is loaded from anywhere, and nothing in it can run. */
import { createHash } from 'node:crypto';
import type { RunStatus } from '../../base/model.ts';
import { type Content, html, type Markup, markupText, trusted } from './html.ts';
import { style } from './style.ts';

const styleHash = createHash('sha256').update(style).digest('base64');
/** Even markup that slipped in could load and run nothing. */
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

export interface Page {
  readonly title: string;
  readonly header: Content;
  readonly main: Content;
  readonly footer: Content;
}

export function pageText({ title, header, main, footer }: Page): string {
  return markupText(html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="sync-task">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<header>${header}</header>
<main>${main}</main>
<footer>${footer}</footer>
</body>
</html>
`);
}

const looks: Readonly<Record<RunStatus, readonly [look: string, words: string]>> = {
  done: ['good', 'complete'],
  partial: ['bad', 'incomplete'],
  failed: ['bad', 'failed'],
  refused: ['bad', 'refused by a gate'],
  stopped: ['warn', 'stopped'],
  planning: ['plain', 'being planned'],
  planned: ['plain', 'planned'],
};

/** @param endedIn the command that ended with an error, where one did */
export function statusBadge(status: RunStatus, endedIn?: string): Markup {
  const [look, words] = looks[status];
  return html`<span class="badge ${look}">${words}${endedIn !== undefined && ` in ${endedIn}`}</span>`;
}

/** The one link out of the reports: to the page that shows the run where it was started. */
export function runLink(url: string | undefined): Content {
  return url !== undefined && html` · <a href="${url}">DAG run</a>`;
}

/** A square for a run in a row of many. */
export function statusDot(status: RunStatus): Markup {
  const [look, words] = looks[status];
  return html`<span class="dot ${look}" title="${words}"><span class="sr">${words} </span></span>`;
}

export interface Column<T> {
  readonly label: string;
  /**
   * `path` may break anywhere and is no prose, `message` only where it must, `text` is short and stays on its line, `number` is
   * aligned right.
   */
  readonly kind: 'path' | 'message' | 'text' | 'number' | 'name';
  cell(row: T): Content;
}

export function table<T>(columns: readonly Column<T>[], rows: readonly T[]): Markup {
  return html`<div class="scroll"><table><thead><tr>${columns.map(({ label, kind }) => html`<th scope="col" class="${kind === 'number' ? 'number' : ''}">${label}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr>${columns.map(({ label, kind, cell }, index) =>
        index === 0
          ? html`<td class="${kind}"><bdi>${cell(row)}</bdi></td>`
          : html`<td class="${kind}" data-label="${label}">${cell(row)}</td>`,
      )}</tr>
`,
  )}</tbody></table></div>`;
}

/** A heading and what belongs to it. */
export function section(id: string, heading: string, ...contents: readonly Content[]): Markup {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>${contents}</section>
`;
}
