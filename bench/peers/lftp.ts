/**
 * lftp's mirror between two SFTP servers: it reads from one and writes to the other itself. Requests larger than its
 * default of 32 KiB make version 4.9.2 stall for seconds at a time, so they are left as they are.
 */
import { cleanEnvironment, type Peer } from './peer.ts';

const settings = [
  'cmd:fail-exit yes',
  'net:max-retries 1',
  'sftp:max-packets-in-flight 64',
  'xfer:buffer-size 1048576',
];

/** The best number of parallel files depends on the round trip. */
export const lftpCandidates: readonly Peer[] = [8, 2].map((parallel) => ({
  name: 'lftp',
  settings: `\`mirror --parallel=${parallel}\`, 64 requests in flight, 1 MiB buffer, cipher aes128-gcm`,
  steps(job) {
    if (job.work !== 'copy') return undefined;
    // Host names are those of the ssh configuration, which knows the ports.
    const url = (name: string, folder: string) => `sftp://${job.user}:@${name}${folder}/`;
    const [source, target] = [url('source', job.source.folder), url('target', job.target.folder)];
    const script = [
      ...settings.map((setting) => `set ${setting}`),
      `set sftp:connect-program "ssh -a -x -F ${job.sshConfigFile}"`,
      `mirror --parallel=${parallel} --no-umask ${source} ${target}`,
    ].join('; ');
    return [[{ file: 'lftp', args: ['--norc', '-c', script], env: cleanEnvironment(job) }]];
  },
}));
