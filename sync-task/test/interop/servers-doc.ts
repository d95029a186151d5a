/** docs/servers.md: what each server can do, and what it costs where it can't. */
export interface Row {
  readonly name: string;
  readonly offered: string;
  readonly detail?: string;
  readonly cost?: string;
}

export interface Report {
  readonly name: string;
  readonly role: 'SOURCE' | 'TARGET';
  readonly rows: readonly Row[];
}

/** What depends on the disk and the day and not on the server. */
const leftOut = new Set(['free space', 'keeps Unicode forms', 'tells upper from lower case', 'modern algorithms']);

export function serversDoc(reports: readonly Report[]): string {
  const names = [...new Set(reports.map(({ name }) => name))];
  const rowsOf = (server: string) =>
    ['TARGET', 'SOURCE'].flatMap(
      (role) => reports.find(({ name, role: its }) => name === server && its === role)?.rows ?? [],
    );
  const capabilities = [...new Set(names.flatMap((name) => rowsOf(name).map((row) => row.name)))].filter(
    (name) => !leftOut.has(name),
  );
  const cell = (server: string, capability: string) =>
    rowsOf(server).find(({ name }) => name === capability)?.offered ?? '';
  const costs = capabilities.flatMap((capability) => {
    const row = names.flatMap(rowsOf).find(({ name, cost }) => name === capability && cost !== undefined);
    return row ? [`| ${capability} | ${row.cost} |`] : [];
  });
  return `# Servers that it was tried with

Written by \`npm run test:interop -- --full --doc\`: each server, as it comes from its registry, as a source and as a target, through the whole program: three days of
files of boundary sizes with odd names, times, an unchanged second run, files that changed, a kill in the middle of 100 MB and going on, \`verify --checksum both\`. All of it passes on all of them.

| capability | ${names.join(' | ')} |
| --- |${names.map(() => ' --- |').join('')}
${capabilities.map((capability) => `| ${capability} | ${names.map((name) => cell(name, capability)).join(' | ')} |`).join('\n')}

\`yes\`, \`no\` or \`unknown\`, as \`sync-task check\` tells it of the target.

## What it costs where one is missing

| capability | cost |
| --- | --- |
${costs.join('\n')}

Where the order of requests is not known, the end of each file takes three round trips more: nothing beside the disk on a server that is near, some 60 ms a file at 20 ms of
round trip, which files in flight side by side hide.
`;
}
