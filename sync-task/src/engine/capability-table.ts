/** The table that `check` prints: what source and target offer, and what a missing capability costs. */
import type { Feature, Storage, StorageProbe } from '../storage/storage.ts';

export interface CapabilityRow {
  readonly name: string;
  readonly offered: 'yes' | 'no' | 'unknown';
  readonly detail?: string;
  /** What it costs where it is not offered, or may not be. */
  readonly cost?: string;
  /** It is missing, and that weakens a promise. */
  readonly warn?: true;
}

/** The names that people read, in the table of `check` and in reports. */
export const capabilityNames = {
  atomicReplace: 'atomic replace',
  publishesNew: 'publishes new files only',
  fsync: 'fsync',
  setMtime: 'modification times',
  hashesFiles: 'hashes files itself',
} as const;

/** @param probe of the target; undefined for the source, whose rows leave out what matters only for writing */
export function capabilityRows(
  storage: Storage,
  clockSkewMs: number | undefined,
  probe: StorageProbe | undefined,
): readonly CapabilityRow[] {
  const features = [
    ...(probe ? forWriting(storage, probe) : []),
    hashing(storage),
    clock(clockSkewMs, probe !== undefined),
    ...(storage.features ?? []),
    ...(probe?.features ?? []),
  ];
  return features.map(({ name, offered, detail, cost, matters }) => ({
    name,
    offered: offered === undefined ? 'unknown' : offered ? 'yes' : 'no',
    ...(detail ? { detail } : {}),
    ...(cost && offered !== true ? { cost } : {}),
    ...(matters && offered === false ? { warn: true as const } : {}),
  }));
}

/** A line for a row; `nameWidth` is that of the longest name in the table. */
export function capabilityLine({ name, offered, detail, cost }: CapabilityRow, nameWidth: number): string {
  const words = [detail, cost].filter((text) => text !== undefined).join('; ');
  return `${name.padEnd(nameWidth)}  ${offered.padEnd('unknown'.length)}  ${words}`.trimEnd();
}

function forWriting({ capabilities }: Storage, { freeBytes, mtimeKept }: StorageProbe): readonly Feature[] {
  return [
    {
      name: capabilityNames.atomicReplace,
      offered: capabilities.atomicReplace,
      cost: capabilities.inPlace
        ? 'an old file is overwritten where it stands'
        : 'an old file is moved aside for an instant before the new one takes its place, so a reader may find none',
      matters: true,
    },
    {
      name: capabilityNames.publishesNew,
      offered: capabilities.publishesNew === 'atomic',
      cost: 'with --existing refuse, a file that somebody else puts there in the instant between a look and a step is replaced',
    },
    {
      name: capabilityNames.fsync,
      offered: capabilities.fsync,
      cost: 'after a power loss there, files written last may be lost although they were acknowledged',
      matters: true,
    },
    {
      name: capabilityNames.setMtime,
      offered: mtimeKept ?? (capabilities.setMtime ? undefined : false),
      cost: 'files at the target carry the time of the copy, and verify does not see by it who wrote to them',
      matters: true,
    },
    {
      name: 'free space',
      offered: freeBytes !== undefined,
      ...(freeBytes === undefined ? {} : { detail: `${(freeBytes / 2 ** 30).toFixed(1)} GiB` }),
      cost: 'it cannot be told before the disk is full',
    },
  ];
}

function hashing({ capabilities }: Storage): Feature {
  return {
    name: capabilityNames.hashesFiles,
    offered: capabilities.hashesFiles === true,
    cost: 'verify --checksum reads what it compares',
  };
}

function clock(skewMs: number | undefined, isTarget: boolean): Feature {
  const seconds = Math.round(Math.abs(skewMs ?? 0) / 1000);
  return {
    name: 'tells its clock',
    offered: skewMs === undefined ? undefined : true,
    ...(skewMs === undefined
      ? {}
      : { detail: seconds === 0 ? 'as ours' : `${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} ours` }),
    cost: isTarget ? 'a wrong clock there goes unnoticed' : '--min-age takes it for ours; --stable needs no clock',
  };
}
