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
    describe: `reach the ${role} through these SSH servers: user@host:port, several separated by commas`,
  },
  'identities-only': {
    kind: 'flag',
    group: 'Locations',
    commands: engineCommands,
    schemes: ['sftp'],
    describe: `offer the ${role} only those keys of the agent whose public key is in SYNC_TASK_${role.toUpperCase()}_PRIVATE_KEY`,
    default: false,
  },
  'legacy-algorithms': {
    kind: 'flag',
    group: 'Locations',
    commands: [...engineCommands, 'trust'],
    schemes: ['sftp'],
    describe: `also offer the ${role} old key exchanges, ciphers and MACs with known weaknesses`,
    default: false,
  },
}));
