/** The text of `docs/performance.md`. Pure: figures come from the results, and sentences explain how they were measured. */
import { type OrderResult, orderText } from './order-results.ts';
import { type PlanResult, planText } from './plan-results.ts';
import type { CaseResult, ContestantResult, Facts, Results } from './results.ts';
import { type Figure, isOurs, type Loss, lossesIn, megabytes, oursOf, verdictsOn } from './summary.ts';
import { caseTable, markdownTable, numberText, summaryTable, titleOf } from './table.ts';
import { type TransformResult, transformText } from './transform-results.ts';

const figureNames: Readonly<Record<Figure, string>> = {
  wallMs: 'wall time',
  clientCpuMs: 'client CPU',
  serverCpuMs: 'server CPU',
  stateCpuMs: 'Postgres CPU',
  peakRssBytes: 'peak memory',
};

const METHOD = `Two OpenSSH servers (SFTP only) on loopback, started for the benchmark, and the client, all on the same machine: they share its cores.
Host keys are verified and users log in by key, everywhere. A round trip is added by a proxy in a process of its own that hands everything
on half of it later, at full bandwidth (up to 64 MiB under way, far above bandwidth × delay here); its CPU time is on
nobody's account, but it works on the same cores.

- sync-task is the built code, started as the image starts it, with ssh2's native addon (the benchmark refuses to run without), its state new for
  every run and on disk, its temporary folder empty, Node's compile cache filled where the image has one. Hashing, fsync, the size check and a
  checkpoint for each file are on.
- Contestants take turns: A B C, then C B A, and so on. A ratio compares runs of the same round; the table has the median of the rounds and (least–most).
- “rclone best” is the fastest of several settings, chosen for each row in runs of their own before the rounds. Where it copies, that includes
  \`--inplace\`: no temporary name and no rename, so a reader of the target may see half a file. sync-task never does that.
- Every copy is compared with its source byte for byte after each run, then removed, outside of the measured time. No caches are dropped.
- Client CPU is user and system time of the client's whole process tree; server CPU that of both servers with their sessions.
- Peak memory is the sum of the peaks (VmHWM) of the client's processes that live at the same time, looked at every 20 ms; the largest of all rounds.
  A MB is 1,000,000 bytes.`;

/** Sections besides the rows, measured or written elsewhere. */
export interface Beside {
  readonly plan: PlanResult | undefined;
  readonly order: OrderResult | undefined;
  readonly transforms: TransformResult | undefined;
  /** Markdown, with a heading of its own. */
  readonly scale: string;
  readonly requests: string;
}

export function performanceDoc({ cases }: Results, { plan, order, transforms, scale, requests }: Beside): string {
  const results = Object.values(cases);
  const sections = [
    '# Performance',
    'Written by `node bench/write-performance-doc.ts` from `bench/results/latest.json`: change those, not this page.',
    factsText(results),
    '## In short',
    'sync-task divided by rclone: below 1 sync-task needs less.',
    summaryTable(results),
    '## Where others are ahead',
    lossText(lossesIn(results)),
    '## Goals',
    goalTable(results),
    '## How it is measured',
    METHOD,
    '## Case by case',
    ...results.flatMap((result) => [`### ${titleOf(result)}`, aboutText(result), caseTable(result), notesText(result)]),
    ...(plan ? ['## Planning a million files', planText(plan)] : []),
    ...(order ? ['## Where the order of requests is not known', orderText(order)] : []),
    ...(transforms ? ['## Transforms', transformText(transforms)] : []),
    requests.trim(),
    scale.trim(),
    '## Settings',
    settingsTable(results),
    '## Do it again',
    '```sh\nnpm run bench                  # everything: an hour or two\nnpm run bench -- --case big    # one row; the others stay\nnpm run bench -- --smoke       # two minutes, nothing stored\nnpm run bench:plan             # a million files\nnpm run bench:order            # servers of which the order of requests is not known\nnpm run bench:transforms       # transforms, in one thread\nnode bench/write-performance-doc.ts\n```',
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

/** One paragraph for each machine and day, because rows may be measured separately and with different programs. */
function factsText(results: readonly CaseResult[]): string {
  const groups = Map.groupBy(results, ({ facts: { versions: _, imageBytes: __, ...machine }, measuredAt }) =>
    JSON.stringify([machine, measuredAt.slice(0, 10)]),
  );
  return [...groups.values()]
    .map((group) => {
      const [first] = group as [CaseResult];
      const rows = groups.size === 1 ? '' : ` (${group.map(({ name }) => name).join(', ')})`;
      const programs = new Set(
        group.flatMap(({ facts }) => Object.entries(facts.versions).map(([name, version]) => `${name} ${version}`)),
      );
      const image = group.findLast(({ facts }) => facts.imageBytes)?.facts.imageBytes;
      if (image) programs.add(`image of ${megabytes(image)?.toFixed(0)} MB`);
      return `Measured on ${first.measuredAt.slice(0, 10)}${rows}: ${[machineText(first.facts), ...programs].join('; ')}.`;
    })
    .join('\n\n');
}

function machineText(facts: Facts): string {
  const flags = facts.nodeFlags.length > 0 ? facts.nodeFlags.join(' ') : 'no flags';
  const environment = Object.entries(facts.nodeEnvironment).map(([name, value]) => `${name}=${value}`);
  return [
    `${facts.cores} cores (${facts.cpu})`,
    `${facts.memoryGib} GiB`,
    facts.system,
    `Node ${facts.node} with ${[flags, ...environment].join(', ')}`,
    `ssh2's native addon ${facts.ssh2Addon}`,
    `OpenSSH ${facts.openSsh}`,
  ].join('; ');
}

function lossText(losses: readonly Loss[]): string {
  if (losses.length === 0) return 'Nowhere, in what was measured.';
  const rows = losses.map(({ result, rival, figure, ratio }) => [
    titleOf(result),
    figureNames[figure],
    rival.name,
    `${numberText(ratio)} ×`,
  ]);
  return `Every figure of which sync-task needs more than somebody else, by the median, with whoever is furthest ahead; the worst first.\n\n${markdownTable(['work', 'what', 'who needs less', 'sync-task needs'], rows)}`;
}

function goalTable(results: readonly CaseResult[]): string {
  const rows = results.flatMap((result) =>
    verdictsOn(result).map(({ what, goal, measured, unit, met }) => {
      const withUnit = (value: number) => `${unit ? value.toFixed(0) : numberText(value)} ${unit}`.trim();
      return [titleOf(result), what, `≤ ${withUnit(goal)}`, withUnit(measured), met ? 'met' : '**missed**'];
    }),
  );
  return rows.length === 0 ? 'None for these rows.' : markdownTable(['work', 'what', 'goal', 'measured', ''], rows);
}

function aboutText({ name, files, bytes, contestants, dataIn, roundTripMs, measuredRoundTripMs }: CaseResult): string {
  const amount = `${files.toLocaleString('en')} ${files === 1 ? 'file' : 'files'}, ${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  const rounds = Math.max(...contestants.map(({ runs }) => runs.length));
  const trip = roundTripMs > 0 ? `; the round trip measured ${measuredRoundTripMs.toFixed(1)} ms` : '';
  return `\`${name}\`: ${amount}, ${dataIn === 'memory' ? 'in memory (tmpfs)' : 'on disk'}, ${rounds} rounds${trip}.`;
}

/** What does not fit into a row: memory over a long run, settings that were tried, reasons for leaving contestants out. */
function notesText(result: CaseResult): string {
  const ours = oursOf(result);
  const notes: string[] = [];
  const last = ours.runs.at(-1);
  if (last && last.wallMs > 10_000) {
    const quarters = last.rssQuartersBytes.map((bytes) => megabytes(bytes)?.toFixed(0));
    notes.push(`${ours.name}'s memory in the four quarters of its last run: ${quarters.join(', ')} MB.`);
  }
  for (const { name, candidates } of result.contestants) {
    if (candidates.length < 2) continue;
    const texts = candidates.map(({ settings, wallMs }) => {
      return `${settings}: ${wallMs === undefined ? 'slower than the best before it' : `${numberText(wallMs / 1000)} s`}`;
    });
    notes.push(`Tried for ${name}:\n${texts.map((text) => `- ${text}`).join('\n')}`);
  }
  for (const { name, leftOut } of result.contestants)
    if (leftOut) notes.push(`${name} is left out: ${oneLine(leftOut)}`);
  return notes.join('\n\n');
}

/** Settings once, with the rows they were used for. */
function settingsTable(results: readonly CaseResult[]): string {
  const uses = new Map<string, { readonly each: ContestantResult; readonly rows: string[] }>();
  for (const { name, contestants } of results) {
    for (const each of contestants) {
      if (each.settings === '') continue;
      const key = `${each.name} ${each.settings}`;
      const use = uses.get(key) ?? { each, rows: [] };
      use.rows.push(name);
      uses.set(key, use);
    }
  }
  const rows = [...uses.values()]
    .sort((a, b) => Number(isOurs(b.each)) - Number(isOurs(a.each)) || a.each.name.localeCompare(b.each.name))
    .map(({ each, rows: names }) => [each.name, each.settings, names.join(', ')]);
  return markdownTable(['contestant', 'settings', 'rows'], rows);
}

function oneLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
