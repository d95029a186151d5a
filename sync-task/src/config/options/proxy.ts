/** The proxy on the way to a server. */

import { clouds } from '../storages/storages.ts';
import { bothRoles } from './both-roles.ts';
import { engineCommands } from './commands.ts';

export const proxyOptions = bothRoles((role) => ({
  proxy: {
    kind: 'text',
    group: 'Locations',
    commands: [...engineCommands, 'trust'],
    schemes: ['sftp', ...clouds],
    describe: `reach the ${role} through socks5://user@host:port or http://user@host:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)`,
  },
}));
