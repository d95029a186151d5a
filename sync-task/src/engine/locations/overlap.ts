/**
 * Source and target must not overlap: the source would be written to while it is read, or grow with every run. Allowed is only an
 * overlap that the selection certainly leaves out.
 *
 * Folders are compared by their real paths, with links resolved, and by the ids of the folders above. A server may show different
 * trees to different logins, and have several names. Where two locations may be one, a hidden draft is written at the target and
 * looked for at the source.
 */
import { hostname, networkInterfaces } from 'node:os';
import { backOff } from '../../base/backoff.ts';
import { asSyncError, SyncError } from '../../base/errors.ts';
import type { Location, Selection, Settings } from '../../config/settings.ts';
import { mayPass } from '../../storage/around/retry.ts';
import { probeNameOf } from '../../storage/draft-name.ts';
import type { Whereabouts } from '../../storage/storage.ts';
import type { Context } from '../context.ts';
import { type Nesting, nestingOf } from './nesting.ts';
import { lookAtRoot } from './target-root.ts';

/**
 * Whether to write a draft at the target and look for it at the source: `never`; where a hint suggests that both are one location;
 * or for all servers and folders. A process that is killed at that moment leaves the draft, so only `check` and the first plan of
 * new locations write one.
 */
type Drafting = 'never' | 'where-hinted' | 'always';

/** Throws `usage` where source and target overlap. */
export async function assertApart(context: Context, drafting: Drafting = 'never'): Promise<void> {
  const { settings } = context;
  const nesting = await overlapOf(context, drafting);
  if (!nesting) return;
  const { source, target } = settings.identities;
  if (nesting.upper === 'target' && (await isFileOfItsName(context, nesting.below))) {
    throw new SyncError(
      `--target: ${target} has the file ${source} in it, which would be written onto itself: choose another place`,
      {
        kind: 'usage',
        reason: 'overlap',
      },
    );
  }
  if (leavesOut(settings.selection, nesting.below)) return;
  throw new SyncError(
    `--target: ${target} ${wordsFor(nesting)} ${source}, and a source is only read: ${wayOut(nesting)}`,
    {
      kind: 'usage',
      reason: 'overlap',
    },
  );
}

/** A single-file source is written to the target under its own name: no selection can exclude that. */
async function isFileOfItsName({ source }: Context, below: string): Promise<boolean> {
  return below !== '' && !below.includes('/') && (await source.stat(below))?.kind === 'file';
}

function wordsFor({ upper, below }: Nesting): string {
  if (below === '') return 'is the source itself,';
  return upper === 'source' ? 'lies in the source' : 'holds the source';
}

function wayOut({ below }: Nesting): string {
  return below === '' ? 'choose another place' : `choose another place, or leave it out with --exclude '${below}/**'`;
}

async function overlapOf(context: Context, drafting: Drafting): Promise<Nesting | undefined> {
  const { settings, source, target } = context;
  const [from, to] = [settings.source.location, settings.target.location];
  const byName = nestingOf(settings.identities.source, settings.identities.target);
  const [here, there] = await Promise.all([source.whereabouts?.(), target.whereabouts?.()]);
  if (!here || !there) return byName;
  const nesting = nestingOf(here.root, there.root) ?? nestingByFolders(here, there);
  if (here.server === '' && there.server === '') return nesting;
  if (here.server === there.server && isOneLogin(settings)) return nesting;
  const mayBeOne = here.server === there.server || (isHere(from) && isHere(to)) || isOneHost(from, to);
  if (drafting === 'never' || (!mayBeOne && drafting !== 'always')) return undefined;
  if (settings.dryRun) return undefined; // nothing is written, neither here nor there
  if ((await lookAtRoot(context)) === 'missing') {
    // Creating it to find out would change the source, should it lie there.
    return mayBeOne && nesting?.upper === 'source' && nesting.below !== '' ? nesting : undefined;
  }
  return (await seenBelow(context, there)) ?? (await seenAbove(context, here));
}

/** The same server, reached the same way, by one user: the same tree. */
function isOneLogin({ source, target }: Settings): boolean {
  const login = ({ location: { host, port, user }, proxy, jumps = [] }: Settings['source']) =>
    JSON.stringify([host.toLowerCase(), port, user, proxy?.label, jumps.map((hop) => [hop.host, hop.port])]);
  return login(source) === login(target);
}

function isOneHost(from: Location, to: Location): boolean {
  return from.scheme === to.scheme && from.host.toLowerCase() === to.host.toLowerCase() && from.port === to.port;
}

/** Whether the location is, by its name, on this machine. */
function isHere({ scheme, host }: Location): boolean {
  if (scheme === 'file') return true;
  const name = host.toLowerCase();
  if (name === 'localhost' || name === hostname().toLowerCase() || /^127\./.test(name)) return true;
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === name));
}

/** Whether one of the two folders is among those above the other. */
function nestingByFolders(source: Whereabouts, target: Whereabouts): Nesting | undefined {
  const within = (upper: Whereabouts, lower: Whereabouts) => {
    const [root] = upper.folders;
    const depth = root === undefined ? -1 : lower.folders.indexOf(root);
    return depth < 0
      ? undefined
      : lower.root
          .split('/')
          .slice(lower.root.split('/').length - depth)
          .join('/');
  };
  const below = within(source, target);
  if (below !== undefined) return { upper: 'source', below };
  const above = within(target, source);
  return above === undefined ? undefined : { upper: 'target', below: above };
}

/** Looks for a draft, written at the target's root, in those folders of the source whose path ends the target's. */
async function seenBelow(context: Context, there: Whereabouts): Promise<Nesting | undefined> {
  return withDraft(context, '', async (name) => {
    for (const below of endsOf(there.root)) {
      const path = below === '' ? name : `${below}/${name}`;
      if (await context.source.statDraft(path, name)) return { upper: 'source', below };
    }
    return undefined;
  });
}

/** Looks for the folder of the target in which a draft must be written to be seen at the source's root. */
async function seenAbove(context: Context, here: Whereabouts): Promise<Nesting | undefined> {
  const { source, target } = context;
  for (const below of endsOf(here.root)) {
    if (below === '' || (await target.stat(below))?.kind !== 'folder') continue;
    const isSeen = await withDraft(context, below, async (name) => (await source.statDraft(name, name)) !== undefined);
    if (isSeen) return { upper: 'target', below };
  }
  return undefined;
}

/**
 * Calls `look` while a draft stands in that folder of the target. Its name follows from the locations, so the next process removes
 * what a killed one left.
 */
async function withDraft<T>(context: Context, folder: string, look: (name: string) => Promise<T>): Promise<T> {
  const { target, settings, signal, world } = context;
  const name = probeNameOf(`${settings.identities.source}\n${settings.identities.target}`);
  const path = folder === '' ? name : `${folder}/${name}`;
  for (let tries = 1; ; tries++) {
    try {
      await target.recover(path, name);
      const draft = await target.draft(path, { name, mtimeMs: world.wallMs(), fsync: false, signal });
      try {
        return await look(name);
      } finally {
        await draft.discard();
      }
    } catch (thrown) {
      signal.throwIfAborted();
      const error = asSyncError(thrown);
      // A draft that exists is another process's, which looks at the same time.
      if (tries >= settings.attempts || !(mayPass(error) || error.reason === 'draft-exists')) throw error;
      await backOff(tries, signal, world);
    }
  }
}

/** '', its last part, its last two, and so on. */
function endsOf(root: string): readonly string[] {
  const parts = root.split('/').filter((part) => part !== '');
  return [...parts.keys(), parts.length].map((count) => parts.slice(parts.length - count).join('/'));
}

/** Whether nothing below that folder of the source can be selected. */
export function leavesOut({ prefix, include, exclude }: Selection, below: string): boolean {
  if (below === '') return false;
  if (prefix !== '' && !touch(prefix, below)) return true;
  if (exclude.some((glob) => excludesAll(glob, below))) return true;
  return include.length > 0 && include.every((glob) => !mayReach(glob, below));
}

function touch(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

const plain = /^[^*?[\]{}()!+@\\]*$/;

/** `FOLDER/**`, where it is that folder or one above it. */
function excludesAll(glob: string, below: string): boolean {
  const pattern = glob.replace(/^\//, '');
  if (pattern === '**') return true;
  const folder = pattern.endsWith('/**') ? pattern.slice(0, -3) : undefined;
  return folder !== undefined && plain.test(folder) && (below === folder || below.startsWith(`${folder}/`));
}

/** By the folders that the glob begins with. */
function mayReach(glob: string, below: string): boolean {
  if (!glob.includes('/')) return true;
  const parts = glob.replace(/^\//, '').split('/').slice(0, -1);
  const first = parts.findIndex((part) => !plain.test(part));
  const folder = (first < 0 ? parts : parts.slice(0, first)).join('/');
  return folder === '' || touch(folder, below);
}
