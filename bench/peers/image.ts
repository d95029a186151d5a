/** The image: how long a container takes to start, do nothing and end. Only its wall time means something here: it is not our child. */
import { cleanEnvironment, type Peer } from './peer.ts';

export const IMAGE = 'sync-task';

export const image: Peer = {
  name: 'container of the image',
  settings: `\`docker run --rm ${IMAGE} --help\``,
  steps(job) {
    if (job.work !== 'help') return undefined;
    return [[{ file: 'docker', args: ['run', '--rm', IMAGE, '--help'], env: cleanEnvironment(job) }]];
  },
};
