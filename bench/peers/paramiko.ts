/** Does what a task with Airflow's SFTP hook does: paramiko downloads every file to a temporary one and uploads it. */
import { join } from 'node:path';
import { cleanEnvironment, host, type Peer } from './peer.ts';

const script = join(import.meta.dirname, 'paramiko-copy.py');

/** @param python the interpreter that has paramiko */
export function paramiko(python: string): Peer {
  return {
    name: 'Airflow SFTPHook',
    settings: 'paramiko get and put over one connection to each server, a temporary file on the data’s file system',
    steps(job) {
      if (job.work !== 'copy') return undefined;
      const args = [
        script,
        `${job.user}@${host}:${job.source.port}:${job.source.folder}`,
        `${job.user}@${host}:${job.target.port}:${job.target.folder}`,
        job.keyFile,
        job.knownHostsFile,
      ];
      return [[{ file: python, args, env: cleanEnvironment(job) }]];
    },
  };
}
