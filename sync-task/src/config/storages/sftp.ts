/** SFTP: how a server is reached and trusted. Its credentials are those of every endpoint (`../secrets.ts`). */
import { bothRoles } from '../options/both-roles.ts';
import { engineCommands } from '../options/commands.ts';
import type { StorageDeclaration } from './declaration.ts';

const options = bothRoles((role) => ({
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

export const sftp = {
  scheme: 'sftp',
  name: 'SFTP',
  isCloud: false,
  variables: [],
  secrets: [],
  options,
} as const satisfies StorageDeclaration;
