/** What gates found, in the words of the log and of the result. */
import type { Log } from '../../base/log.ts';
import type { FileError, GateFinding } from '../result/result.ts';

/** One line a finding, in columns. */
export function logFindings(findings: readonly GateFinding[], log: Log): void {
  const width = (text: (finding: GateFinding) => string) => Math.max(0, ...findings.map((each) => text(each).length));
  const gateWidth = width(({ gate }) => gate);
  const folderWidth = width(folderWords);
  for (const finding of findings) {
    const { gate, verdict, what } = finding;
    const line = `gate ${gate.padEnd(gateWidth)}  ${verdict.padEnd(8)}  ${folderWords(finding).padEnd(folderWidth)}  ${what}`;
    if (verdict === 'refused') log.error(line);
    else log.warn(line);
  }
}

export function gateErrors(findings: readonly GateFinding[], run: string): readonly FileError[] {
  return findings
    .filter(({ verdict }) => verdict === 'refused')
    .map((finding) => ({
      path: '',
      kind: 'refused',
      reason: finding.gate,
      message:
        `run ${run} is refused by gate ${finding.gate}, ${folderWords(finding)}: ${finding.what}; nothing was written. ` +
        adviceFor(finding),
    }));
}

function adviceFor({ gate }: GateFinding): string {
  if (gate !== 'empty-target') return `Mend the source, or let this run through: --accept ${gate}`;
  return (
    'Bring the target back (is its disk mounted?), or say --new-target to deliver everything anew; ' +
    'where files are taken away from there, --gate empty-target=off'
  );
}

function folderWords({ folder }: GateFinding): string {
  return folder === '' ? 'in all' : `below ${folder}/`;
}
