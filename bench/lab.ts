/** The surroundings of a measurement: two servers, links to them, and trees of files. Each is made when first asked for. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BucketServer, startBucketServer } from './bucket-server.ts';
import { type DataSpec, fileCount, makeData, neededBytes } from './data.ts';
import { type Link, openLink } from './links.ts';
import { openPlaces, type Place, removeTree } from './places.ts';
import { newUserKey, type Server, startServer, type UserKey } from './servers.ts';

export interface Lab extends AsyncDisposable {
  readonly key: UserKey;
  /** Process ids of the two daemons. */
  readonly servers: readonly number[];
  /** A folder on disk that is removed at the end. */
  readonly scratch: string;
  link(roundTripMs: number): Promise<Link>;
  /** Makes the tree, with room for `copies` copies of it at the same time, and removes the one before. */
  tree(spec: DataSpec, copies: number): Promise<Tree>;
  /** The service whose buckets are the folders of the tree's place; started when first asked for. */
  buckets(place: Place): Promise<BucketServer>;
}

export interface Tree {
  readonly place: Place;
  readonly folder: string;
  readonly files: number;
}

/** @param versitygw where the S3 service's program is, or why not */
export async function openLab(versitygw: () => Promise<string>): Promise<Lab> {
  await using opened = new AsyncDisposableStack();
  const places = opened.use(await openPlaces());
  const key = await newUserKey(places.scratch);
  async function start(name: string): Promise<Server> {
    return opened.use(await startServer(join(places.scratch, name), key));
  }
  const servers = { source: await start('source'), target: await start('target') };
  const links = new Map<number, Link>();
  const linkStack = opened.use(new AsyncDisposableStack());
  const bucketServers = new Map<string, BucketServer>();
  let current: { readonly wanted: string; readonly tree: Tree } | undefined;
  const kept = opened.move();

  return {
    key,
    servers: [servers.source.pid, servers.target.pid],
    scratch: places.scratch,
    async link(roundTripMs) {
      const known = links.get(roundTripMs);
      if (known) return known;
      const link = linkStack.use(await openLink(places.scratch, servers, key, roundTripMs));
      links.set(roundTripMs, link);
      return link;
    },
    async tree(spec, copies) {
      const wanted = JSON.stringify([spec, copies]);
      if (current?.wanted === wanted) return current.tree;
      if (current) removeTree(current.tree.folder);
      current = undefined;
      const place = await places.dataPlace(neededBytes(spec, copies));
      const folder = join(place.folder, 'tree');
      makeData(spec, folder);
      current = { wanted, tree: { place, folder, files: fileCount(spec) } };
      return current.tree;
    },
    async buckets({ folder }) {
      const known = bucketServers.get(folder);
      if (known) return known;
      const server = linkStack.use(await startBucketServer(await versitygw(), folder));
      bucketServers.set(folder, server);
      return server;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Makes a folder that must not exist yet and returns its path. */
export async function newFolder(...parts: readonly string[]): Promise<string> {
  const folder = join(...parts);
  await mkdir(folder);
  return folder;
}
