/** How an SFTP server is reached and trusted. */
import { bothRoles } from './both-roles.ts';
import { engineCommands } from './commands.ts';

export const sftpOptions = bothRoles((role) => ({
  'insecure-ignore-host-key': {
    kind: 'flag',
    group: 'Locations',
    commands: engineCommands,
    schemes: ['sftp'],
    describe: `accept any host key of the ${role}`,
    default: false,
  },
  jump: {
    kind: 'text',
    group: 'Locations',
    commands: [...engineCommands, 'trust'],
    schemes: ['sftp'],
    describe: `reach the ${role} through these SSH servers: user@host:port, several hops separated by commas`,
  },
  'identities-only': {
    kind: 'flag',
    group: 'Locations',
    commands: engineCommands,
    schemes: ['sftp'],
    describe: `of the keys of an agent show the ${role} only those whose public key is in SYNC_TASK_${role.toUpperCase()}_PRIVATE_KEY`,
    default: false,
  },
  'legacy-algorithms': {
    kind: 'flag',
    group: 'Locations',
    commands: [...engineCommands, 'trust'],
    schemes: ['sftp'],
    describe: `offer the ${role} also old key exchanges, ciphers and MACs with known weaknesses`,
    default: false,
  },
}));
