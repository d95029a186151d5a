/** `report.html` of a run that ended with an error. */
import type { SyncError } from '../../base/errors.ts';
import { html } from './html.ts';
import { pageText, runLink, section, statusBadge } from './page.ts';
import type { Summary } from './summary.ts';
import { durationWords, timeWords } from './words.ts';

export interface FailureFacts {
  readonly summary: Summary;
  readonly error: Pick<SyncError, 'kind' | 'reason' | 'message'>;
  /** Where all reports are listed, as a relative link. */
  readonly index: string;
}

export function failurePage({ summary, error, index }: FailureFacts): string {
  const { pipeline, run, status, endedIn = '', startedAt, finishedAt, runUrl } = summary;
  const startedMs = Date.parse(startedAt);
  return pageText({
    title: `${pipeline} ${run}: ${status} in ${endedIn}`,
    header: html`<p class="above">sync-task run report · <a href="${index}">all runs</a>${runLink(runUrl)}</p>
<h1><bdi>${pipeline}</bdi> ${statusBadge(status, endedIn)}</h1>
<p class="run">Run <bdi class="name">${run}</bdi><br>${timeWords(startedMs)}, ended after ${durationWords(Date.parse(finishedAt) - startedMs)}</p>
<p class="notice bad" role="status">${consequence(endedIn)}</p>`,
    main: section(
      'why',
      'Why',
      html`<p class="message">${error.message}</p><p class="note">${error.kind}, ${error.reason}. ${advice(error.kind)}</p>`,
    ),
    footer: 'When the run goes on and ends, its report takes the place of this page.',
  });
}

function consequence(command: string): string {
  if (command === 'check' || command === 'plan') return `The run ended in ${command}: none of its files was copied.`;
  return `The run ended in ${command}, before it was known what is missing at the target. What it has copied stays copied.`;
}

function advice(kind: string): string {
  if (kind === 'transient') return 'It may pass by itself: try again.';
  return kind === 'stopped' ? 'Start it again: it goes on where it was.' : 'A retry alone will not mend it.';
}
