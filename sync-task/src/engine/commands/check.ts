/** `check`: proves that source, target and state can be used, and says what the servers can't do and what that costs. */
import type { ListedEntry } from '../../base/model.ts';
import { openChain } from '../../transform/chain/open-chain.ts';
import { capabilitiesOf } from '../capabilities.ts';
import { capabilityLine, capabilityRows } from '../capability-table.ts';
import type { Context } from '../context.ts';
import { pipelineHere } from '../locations/known-locations.ts';
import { assertApart } from '../locations/overlap.ts';
import { counted } from '../report/words.ts';
import { makeResult } from '../result/make-result.ts';
import type { Result } from '../result/result.ts';
import { sweep } from '../transfer/sweep.ts';

/**
 * Lists the source, which is never written to. Writes a hidden file at the target and removes it, and cleans up temporary files of
 * crashed workers in finished runs. The state is open already.
 */
export async function check(context: Context): Promise<Result> {
  const { settings, source, target, state, log, signal } = context;
  const startedMs = performance.now();
  // Throws for unknown transforms and options, and for keys that cannot be read.
  await (await openChain(settings.transforms)).prepare();
  const { id } = await pipelineHere(context);
  log.info(`state ${state.label} is reachable`);
  let some: readonly ListedEntry[] = [];
  for await (some of source.list({ prefix: settings.selection.prefix, signal })) break;
  log.info(`source ${source.label} can be listed`);
  await assertApart(context, 'always');
  const sourceSkewMs = await source.clockSkew(signal);
  const probe = await target.probe(signal);
  log.info(`target ${target.label} can be written`, { freeBytes: probe.freeBytes });
  const rows = {
    source: capabilityRows(source, sourceSkewMs, undefined),
    target: capabilityRows(target, probe.clockSkewMs, probe),
  };
  const nameWidth = Math.max(...[...rows.source, ...rows.target].map(({ name }) => name.length));
  for (const role of ['source', 'target'] as const) {
    for (const row of rows[role]) {
      const write = row.warn ? log.warn : log.info;
      write(`${role}  ${capabilityLine(row, nameWidth)}`, { capability: row.name, offered: row.offered });
    }
  }
  await warnOfOpened(context, some, probe.newFileRights);
  for (const note of probe.notes) log.warn(`target: ${note}`);
  for (const role of ['source', 'target'] as const) {
    if (!settings[role].legacyAlgorithms) continue;
    log.warn(`${role}: --${role}-legacy-algorithms offers key exchanges, ciphers and MACs with known weaknesses`);
  }
  warnOfSkew(log, 'source', sourceSkewMs);
  warnOfSkew(log, 'target', probe.clockSkewMs);
  const { swept, left } = await sweep(context, 'ended');
  const halfDone = await state.countAbandoned(id, MOST_COUNTED);
  if (halfDone > 0) {
    const message = `${counted(halfDone, 'file')} ${halfDone === 1 ? 'was' : 'were'} left half-done; the next run of their batch goes on there, finish removes them`;
    log.info(message, { halfDone });
  }
  const capabilities = capabilitiesOf(context);
  return makeResult(settings, {
    command: 'check',
    status: 'done',
    capabilities: {
      source: { ...capabilities.source, clockSkewMs: sourceSkewMs, features: rows.source },
      target: { ...capabilities.target, ...probe, features: rows.target },
    },
    swept,
    ...(left.length > 0 ? { unswept: left.length } : {}),
    startedMs,
  });
}

const MOST_COUNTED = 500;
const WORTH_A_WARNING_MS = 5 * 60_000;

/** Enough of them to find out whether private files are among them. */
const MOST_LOOKED_AT = 50;

/** Warns where files that only their owner may read would become readable to others. */
async function warnOfOpened({ source, log }: Context, some: readonly ListedEntry[], there: number | undefined) {
  if (there === undefined || !source.rights) return;
  for (const { path } of some.filter(({ kind }) => kind === 'file').slice(0, MOST_LOOKED_AT)) {
    const here = await source.rights(path).catch(() => undefined); // reading the file will report why
    if (here === undefined || (there & ~here & 0o077) === 0) continue;
    log.warn(
      `target: files are created with mode ${octal(there)} there; the source has files with mode ${octal(here)}: more may read ${JSON.stringify(path)} there than here; set the umask of the target's login, or the rights of its folder`,
      { path },
    );
    return;
  }
}

const octal = (rights: number) => rights.toString(8).padStart(4, '0');

function warnOfSkew(log: Context['log'], role: string, skewMs: number | undefined): void {
  if (skewMs === undefined || Math.abs(skewMs) <= WORTH_A_WARNING_MS) return;
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  log.warn(
    `${role}: its clock is ${minutes} min ${skewMs > 0 ? 'ahead of' : 'behind'} ours; set one of them right (NTP)`,
  );
}
