/** The contestants. Looks once for every program that the cases need, and says which are missing. */
import { join } from 'node:path';
import type { BuiltCode } from './built-code.ts';
import type { Case, PeerKey } from './cases.ts';
import { IMAGE, image } from './peers/image.ts';
import { lftpCandidates } from './peers/lftp.ts';
import { paramiko } from './peers/paramiko.ts';
import type { Peer } from './peers/peer.ts';
import { type RcloneTask, rcloneCandidates, rcloneDefault } from './peers/rclone.ts';
import { scp } from './peers/scp.ts';
import { syncTask, syncTaskInBatches, syncTaskOnPostgres, syncTaskWithoutSegments } from './peers/sync-task.ts';
import type { Postgres } from './postgres.ts';
import { findImage, findLftp, findParamiko, findRclone, findScp, rcloneHelp, type Tool } from './tools.ts';

export interface Contestants {
  /** Settings to choose from, the best guess first; or the reason why it cannot take part. */
  candidates(key: PeerKey, task: RcloneTask): readonly Peer[] | { readonly missing: string };
  readonly versions: Record<string, string>;
  readonly imageBytes: number | undefined;
}

export interface ContestantOptions {
  readonly code: BuiltCode;
  readonly postgres: Postgres | undefined;
  readonly cases: readonly Case[];
  readonly cache: string;
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

const notAsked: Tool = { missing: 'no case needs it' };

export async function findContestants(options: ContestantOptions): Promise<Contestants> {
  const { code, postgres, cache, quick, say } = options;
  const needed = new Set(options.cases.flatMap((each) => each.peers));
  const needsRclone = needed.has('rclone-best') || needed.has('rclone-default');
  const tools = {
    rclone: needsRclone ? await findRclone(cache, quick, say) : notAsked,
    scp: needed.has('scp') ? findScp() : notAsked,
    lftp: needed.has('lftp') ? findLftp() : notAsked,
    paramiko: needed.has('paramiko') ? await findParamiko(join(cache), say) : notAsked,
  };
  const found = needed.has('image') ? findImage(IMAGE) : undefined;
  const versions: Record<string, string> = {};
  for (const [name, tool] of Object.entries(tools)) if ('version' in tool) versions[name] = tool.version;

  function withTool(tool: Tool, peers: (path: string) => readonly Peer[]) {
    return 'missing' in tool ? tool : peers(tool.path);
  }
  function withPostgres(peer: (server: Postgres) => Peer) {
    return postgres ? [peer(postgres)] : { missing: 'there is no Postgres' };
  }

  return {
    versions,
    imageBytes: found?.bytes,
    candidates(key, task) {
      switch (key) {
        case 'sync-task':
          return [syncTask(code)];
        case 'sync-task-no-segments':
          return [syncTaskWithoutSegments(code)];
        case 'sync-task-postgres':
          return withPostgres((server) => syncTaskOnPostgres(code, server));
        case 'batches-1':
        case 'batches-2':
        case 'batches-4':
        case 'batches-8':
          return withPostgres((server) => syncTaskInBatches(code, server, Number(key.slice('batches-'.length))));
        case 'image':
          return found ? [image] : { missing: `Docker has no image ${IMAGE}: docker compose build sync-task` };
        case 'rclone-best':
          return withTool(tools.rclone, (path) => rcloneCandidates(path, rcloneHelp(path), task));
        case 'rclone-default':
          return withTool(tools.rclone, (path) => [rcloneDefault(path)]);
        case 'scp':
          return withTool(tools.scp, () => [scp]);
        case 'lftp':
          return withTool(tools.lftp, () => lftpCandidates);
        case 'paramiko':
          return withTool(tools.paramiko, (path) => [paramiko(path)]);
      }
    },
  };
}

export function needsPostgres(cases: readonly Case[]): boolean {
  return cases.some(({ peers }) => peers.some((key) => key === 'sync-task-postgres' || key.startsWith('batches-')));
}
