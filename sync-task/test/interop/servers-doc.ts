/** docs/servers.md: what each server can do, and what it costs where it can't. */
import type { Role } from './place.ts';

export interface Row {
  readonly name: string;
  readonly offered: string;
  readonly detail?: string;
  readonly cost?: string;
}

/**
 * - `passed`: all of it
 * - `in-place`: nothing can be renamed there, which is said once; files can be written under their final names
 * - `login`: it let in and copied; no more was tried
 */
export interface Report {
  readonly name: string;
  readonly role: Role;
  readonly outcome: 'passed' | 'in-place' | 'login';
  readonly rows: readonly Row[];
}

/** What depends on the disk and the day and not on the server. */
const leftOut = new Set(['free space', 'keeps Unicode forms', 'tells upper from lower case', 'modern algorithms']);

/** @param orderCosts what was measured where the order of requests is not known, as a list; undefined: nothing was */
export function serversDoc(reports: readonly Report[], orderCosts: string | undefined): string {
  const names = namesOf(reports.filter(({ outcome }) => outcome !== 'login'));
  const logins = namesOf(reports.filter(({ outcome }) => outcome === 'login'));
  const reportOf = (server: string, role: Role) => reports.find((each) => each.name === server && each.role === role);
  const rowsOf = (server: string) => [
    ...(reportOf(server, 'TARGET')?.rows ?? []),
    ...(reportOf(server, 'SOURCE')?.rows ?? []),
  ];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const capabilities = [...new Set(names.flatMap((name) => rowsOf(name).map((row) => row.name)))].filter(
    (name) => !leftOut.has(name),
  );
  const cell = (server: string, capability: string) =>
    rowsOf(server).find(({ name }) => name === capability)?.offered ?? '';
  const costs = capabilities.flatMap((capability) => {
    const row = names.flatMap(rowsOf).find(({ name, cost }) => name === capability && cost !== undefined);
    return row ? [line([capability, row.cost ?? ''])] : [];
  });
  const outcomes = (['SOURCE', 'TARGET'] as const).map((role) =>
    line([`as a ${role.toLowerCase()}`, ...names.map((name) => reportOf(name, role)?.outcome ?? '')]),
  );
  return `# Servers that it was tried with

Written by \`npm run test:interop -- --full --doc\`: each server, as it comes from its registry, as a source and as a target, through the whole program: three days of
files of boundary sizes with odd names, times, an unchanged second run, files that changed, a kill in the middle of 100 MB and going on where the state says, reading no more
than what is left, \`verify --checksum both\`.

${line(['', ...names])}
${line(['---', ...names.map(() => '---')])}
${outcomes.join('\n')}
${capabilities.map((capability) => line([capability, ...names.map((name) => cell(name, capability))])).join('\n')}

\`passed\`: all of the above. \`in-place\`: nothing can be renamed there: \`check\` says so, and \`sync\` ends with that and the same exit code and leaves nothing; all of
the above passes with \`--publish in-place\`, which goes on with nothing.
\`yes\`, \`no\` or \`unknown\`, as \`sync-task check\` tells it of the target, or of the source where it is no target.

OpenSSH was also tried with each of these values of \`AuthenticationMethods\`, as a source and as a target, the password by PAM: ${logins
    .map((name) => `\`${name.replace(/^OpenSSH, /, '').replaceAll(' then ', ',')}\``)
    .join(', ')}.

## What it costs where one is missing

| capability | cost |
| --- | --- |
${costs.join('\n')}
${orderCosts === undefined ? '' : `\nWhere the order of requests is not known, measured with one OpenSSH under its own name and under one that nobody knows ([performance](performance.md)):\n\n${orderCosts}\n`}`;
}

function namesOf(reports: readonly Report[]): readonly string[] {
  return [...new Set(reports.map(({ name }) => name))];
}
