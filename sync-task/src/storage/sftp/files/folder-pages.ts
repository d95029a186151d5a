/**
 * The pages of one folder, through lost connections. The listing then begins anew and leaves out what was listed before:
 * the same names in the same order, which a running hash tells without keeping them. Where the folder comes in another order
 * nobody can say what is new, and the listing fails.
 */
import { createHash, type Hash } from 'node:crypto';
import { backOff } from '../../../base/backoff.ts';
import { asSyncError, SyncError } from '../../../base/errors.ts';
import { mayPass } from '../../around/retry.ts';
import type { Connections } from '../pool/connections.ts';
import { closeHandle, openHandle } from '../pool/handles.ts';
import type { DirectoryPage } from '../protocol/channel.ts';
import { request, status } from '../protocol/packet.ts';
import { isStatus } from '../protocol/sftp-errors.ts';
import { remotePath } from './remote-path.ts';

export interface FolderOptions {
  readonly connections: Connections;
  readonly root: string;
  readonly attempts: number;
  readonly signal: AbortSignal;
}

/** Where the server keeps their order; else the end may be told before the last names. */
const PAGES_AT_ONCE = 4;

/** What was listed of a folder. */
interface Told {
  names: number;
  readonly hash: Hash;
}

/** A folder that vanished meanwhile has no pages, but for the first one asked for. */
export async function* readFolder(options: FolderOptions, folder: string): AsyncGenerator<readonly DirectoryPage[]> {
  const told: Told = { names: 0, hash: newHash() };
  for (let tries = 1; ; tries++) {
    try {
      for await (const page of behind(told, folder, readOnce(options, folder))) {
        told.names += page.length;
        addNames(told.hash, page);
        yield page;
      }
      return;
    } catch (error) {
      if (tries >= options.attempts || options.signal.aborted || !mayPass(asSyncError(error))) throw error;
      await backOff(tries, options.signal);
    }
  }
}

const newHash = () => createHash('sha1');

/** Names hold no slash, and how they came in pages tells nothing. */
function addNames(hash: Hash, page: readonly DirectoryPage[]): void {
  hash.update(page.map(({ name }) => `${name.toString('latin1')}/`).join(''), 'latin1');
}

/** The pages behind what was listed. */
async function* behind(told: Told, folder: string, pages: AsyncIterable<readonly DirectoryPage[]>) {
  let left = told.names;
  const again = newHash();
  const before = told.hash.copy().digest();
  for await (const page of pages) {
    const known = page.slice(0, left);
    left -= known.length;
    addNames(again, known);
    if (known.length > 0 && left === 0 && !again.copy().digest().equals(before)) throw otherOrder(folder);
    if (page.length > known.length) yield page.slice(known.length);
  }
  if (left > 0) throw otherOrder(folder);
}

function otherOrder(folder: string): SyncError {
  return new SyncError(
    `the connection was lost while ${JSON.stringify(folder)} was listed, and its listing is another one now; run again`,
    { kind: 'transient', reason: 'listing-changed', path: folder },
  );
}

async function* readOnce(
  { connections, root }: FolderOptions,
  folder: string,
): AsyncGenerator<readonly DirectoryPage[]> {
  const opened = await openHandle(connections, (channel) =>
    channel.handle(request.opendir, [remotePath(root, folder)]),
  ).catch((error: unknown) => {
    if (folder !== '' && isStatus(error, status.noSuchFile, status.noSuchPath)) return undefined;
    throw error;
  });
  if (!opened) return;
  const asked: Promise<readonly DirectoryPage[] | undefined>[] = [];
  const ask = () => {
    const page = opened.channel.page(opened.handle);
    page.catch(() => undefined); // heard below, or the folder is given up
    asked.push(page);
  };
  try {
    for (let count = 0; count < (connections.order.isKept ? PAGES_AT_ONCE : 1); count++) ask();
    for (let page = await asked.shift(); page; page = await asked.shift()) {
      ask();
      yield page;
    }
    for (const page of await Promise.all(asked.splice(0))) {
      if (!page) continue;
      connections.order.contradict('the end of a folder was told before all of its names');
      yield page;
    }
  } finally {
    await Promise.allSettled(asked);
    await closeHandle(opened).catch(() => undefined); // a lost connection has closed it
  }
}
