/** `scp -3`: OpenSSH's own way between two servers, through the client. */
import { cleanEnvironment, type Peer } from './peer.ts';

export const scp: Peer = {
  name: 'scp -3',
  settings: '`scp -3 -r -p`, cipher aes128-gcm',
  steps(job) {
    if (job.work !== 'copy') return undefined;
    const args = ['-3', '-r', '-p', '-q', '-F', job.sshConfigFile];
    // The target folder exists and is empty: the tree's contents go into it, not the tree itself.
    const [from, to] = [`source:${job.source.folder}/.`, `target:${job.target.folder}`];
    return [[{ file: 'scp', args: [...args, from, to], env: cleanEnvironment(job) }]];
  },
};
