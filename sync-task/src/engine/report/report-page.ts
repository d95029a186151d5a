/** `report.html`: one run, for people. */
import type { PlanTotals, RunRecord } from '../../state/state.ts';
import { BYTES_FLOOR, FILES_FLOOR, HISTORY_RUNS, SUM_FACTOR } from '../gates/gates.ts';
import { usualOf, usualRange } from '../gates/usual.ts';
import type { Result } from '../result/result.ts';
import { capabilities } from './capability-section.ts';
import { chart } from './chart.ts';
import { type Content, html, type Markup } from './html.ts';
import { pageText, runLink, section, statusBadge } from './page.ts';
import { batches, gates, problems, quarantine, ranked, weakened } from './report-sections.ts';
import type { Survey } from './survey.ts';
import { bytesWords, countWords, durationWords, plural, timeWords } from './words.ts';

export interface ReportFacts {
  readonly record: RunRecord;
  readonly result: Result;
  readonly survey: Survey;
  /** Of the newest plans, this one's last. */
  readonly totals: readonly PlanTotals[];
  /** Where all reports are listed, as a relative link. */
  readonly index: string;
  /** The page that shows the run where it was started. */
  readonly runUrl: string | undefined;
}

export function reportPage(facts: ReportFacts): string {
  const { record, result, survey } = facts;
  const tookMs = (record.finishedMs ?? record.createdMs) - record.createdMs;
  return pageText({
    title: `${record.pipeline} ${record.id}: ${result.status}`,
    header: html`<p class="above">sync-task run report · <a href="${facts.index}">all runs</a>${runLink(facts.runUrl)}</p>
<h1><bdi>${record.pipeline}</bdi> ${statusBadge(result.status)}</h1>
<p class="run">Run <bdi class="name">${record.id}</bdi><br>${timeWords(record.createdMs)}, took ${durationWords(tookMs)}</p>
${notice(facts)}`,
    main: [
      cards(result, survey, tookMs),
      history(facts),
      gates(result.gates ?? []),
      weakened(result.weakened ?? []),
      problems('failed', 'Failed', survey.failed, 'A retry of the run takes them again.'),
      problems('refused', 'Refused', survey.refused, 'They are not copied as they are: mend or exclude them.'),
      problems('not-run', 'Not copied', survey.planned, notRun(result)),
      problems('deferred', 'Deferred', survey.deferred, 'They wait for a later run, and fail nothing.'),
      quarantine(survey.quarantine),
      html`<div class="columns">${ranked('biggest', 'Biggest files copied', survey.biggest)}${ranked('slowest', 'Slowest files', survey.slowest)}</div>`,
      batches(result),
      capabilities(result.capabilities),
    ],
    footer: html`Every file that was not found unchanged is a line of <a href="manifest.jsonl">manifest.jsonl</a>.`,
  });
}

function notRun({ status }: Result): string {
  return status === 'refused' ? 'They would have been copied.' : 'Their batches were not completed: run them again.';
}

function notice({ result, survey }: ReportFacts): Content {
  const missing = survey.failed.files + survey.refused.files + survey.planned.files;
  if (result.status === 'refused') {
    return html`<p class="notice bad" role="status">A gate refused this run: nothing was written. Plan it again when the source is mended, or with --accept.</p>`;
  }
  if (missing > 0) {
    return html`<p class="notice bad" role="status">${plural(missing, 'file')} ${missing === 1 ? 'is' : 'are'} missing at the target.</p>`;
  }
  if (survey.deferred.files > 0) {
    return html`<p class="notice warn" role="status">Nothing is missing; ${plural(survey.deferred.files, 'file')} wait${survey.deferred.files === 1 ? 's' : ''} for a later run.</p>`;
  }
  return html`<p class="notice good" role="status">Nothing is missing.</p>`;
}

function cards({ files }: Result, survey: Survey, tookMs: number): Markup {
  const card = (label: string, value: Content, small: Content = '', look = '') =>
    html`<div class="card ${look}"><dt>${label}</dt><dd>${value}${small !== '' && html`<div class="small">${small}</div>`}</dd></div>`;
  const alarm = (label: string, count: number, look: string) =>
    card(label, countWords(count), '', count > 0 ? look : '');
  const rate = tookMs > 0 ? `${bytesWords(survey.publishedBytes / (tookMs / 1000))}/s` : '–';
  const { triesAgain, claimsLost } = survey;
  return html`<dl class="cards">${card('Listed', countWords(files.listed), `${countWords(files.unchanged)} unchanged`)}
${card('Copied', countWords(files.copied), files.adopted > 0 ? `${countWords(files.adopted)} adopted` : '')}
${card('Written', bytesWords(survey.publishedBytes), `${bytesWords(survey.outcomes.copied.bytes)} at the source`)}
${card('From plan to end', durationWords(tookMs), rate)}
${alarm('Failed', files.failed, 'alert')}
${alarm('Refused', files.refused, 'alert')}
${alarm('Deferred', files.deferred, 'aware')}
${card('Tries beyond the first', countWords(triesAgain), claimsLost > 0 ? `${plural(claimsLost, 'claim')} lost` : '', triesAgain + claimsLost > 0 ? 'aware' : '')}</dl>
`;
}

function history({ record, totals }: ReportFacts): Content {
  if (totals.length === 0) return undefined;
  const before = totals.filter(({ run }) => run !== record.id).slice(-HISTORY_RUNS);
  const draw = (title: string, of: (each: PlanTotals) => number, floor: number, words: (value: number) => string) => {
    const usual = usualOf(before.map(of));
    return chart({
      title,
      points: totals.map((each) => ({ run: each.run, value: of(each) })),
      usual: usual && { median: usual.median, runs: usual.runs, range: usualRange(usual, SUM_FACTOR, floor) },
      words,
    });
  };
  return section(
    'history',
    'The source, compared with earlier runs',
    html`<div class="charts">${draw('Files', ({ files }) => files, FILES_FLOOR, countWords)}${draw('Size', ({ bytes }) => bytes, BYTES_FLOOR, bytesWords)}</div>`,
  );
}
