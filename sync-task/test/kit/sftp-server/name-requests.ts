/** Requests on paths. */
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { applyAttributes, decodeAttributes } from './attributes.ts';
import { attributesAnswer } from './file-requests.ts';
import type { Counters } from './options.ts';
import type { Handlers } from './request-handlers.ts';
import { RequestRefused, status } from './status.ts';
import { answer, answerTypes } from './wire.ts';

const noAttributes = { raw: Buffer.alloc(4) };

export function countPlaced({ placed }: Counters, path: Buffer): void {
  const name = path.toString('latin1');
  placed.set(name, (placed.get(name) ?? 0) + 1);
}

export const nameHandlers: Handlers = {
  LSTAT(fields, { paths, faults }) {
    return attributesAnswer(lstatSync(paths.own(fields.bytes())), faults);
  },
  STAT(fields, { paths, faults }) {
    return attributesAnswer(statSync(paths.followed(fields.bytes())), faults);
  },
  SETSTAT(fields, { paths, faults }) {
    const path = paths.followed(fields.bytes());
    if (faults.refuseSetstat) throw new RequestRefused(status.permissionDenied);
    if (!faults.ignoreSetstat) applyAttributes(path, decodeAttributes(fields));
    return undefined;
  },
  REMOVE(fields, { paths }) {
    unlinkSync(paths.own(fields.bytes()));
    return undefined;
  },
  MKDIR(fields, { paths }) {
    const path = paths.own(fields.bytes());
    mkdirSync(path, { mode: (decodeAttributes(fields).mode ?? 0o777) & 0o7777 });
    return undefined;
  },
  RMDIR(fields, { paths }) {
    rmdirSync(paths.own(fields.bytes()));
    return undefined;
  },
  REALPATH(fields, { paths }) {
    const path = paths.canonical(fields.bytes());
    return answer(answerTypes.NAME, 1, path, path, noAttributes);
  },
  READLINK(fields, { paths }) {
    const target = readlinkSync(paths.own(fields.bytes()), { encoding: 'buffer' });
    return answer(answerTypes.NAME, 1, target, target, noAttributes);
  },
  /** OpenSSH takes the two paths the other way round than the draft says, and so do its clients. */
  SYMLINK(fields, { paths }) {
    const target = fields.bytes();
    symlinkSync(target, paths.own(fields.bytes()));
    return undefined;
  },
  /** Version 3 refuses to replace. A link and an unlink are OpenSSH's way to do that in one step. */
  RENAME(fields, { paths, faults, counters }) {
    const from = paths.own(fields.bytes());
    const to = paths.own(fields.bytes());
    if (faults.renameOverwrites) renameSync(from, to);
    else if (lstatSync(from).isFile()) {
      linkSync(from, to);
      unlinkSync(from);
    } else {
      if (lstatSync(to, { throwIfNoEntry: false })) throw new RequestRefused(status.failure);
      renameSync(from, to);
    }
    countPlaced(counters, to);
    return undefined;
  },
};
