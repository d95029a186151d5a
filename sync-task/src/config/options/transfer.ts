/** How files are copied, and how much of everything that may take. */
import { engineCommands } from './commands.ts';
import type { Option } from './option.ts';

export const transferOptions = {
  'max-duration': {
    kind: 'duration',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'begin no further file so long after the start; what is left stays planned, and the exit code is 75',
  },
  bwlimit: {
    kind: 'bandwidth',
    group: 'Transfer',
    commands: engineCommands,
    describe:
      "bytes a second read by this process, such as 10M, or a timetable in its time zone such as '08:00,512k 19:00,off'",
  },
  existing: {
    kind: 'choice',
    group: 'Transfer',
    commands: engineCommands,
    hiddenFrom: ['verify'],
    describe:
      'a target file that the state does not know: adopt it where size and time agree, else replace it; always replace; or refuse',
    choices: ['adopt', 'replace', 'refuse'],
    default: 'adopt',
  },
  publish: {
    kind: 'choice',
    group: 'Transfer',
    commands: engineCommands,
    describe:
      'how a file gets its name at the target: by renaming a hidden draft once it is whole, or (sftp, file) it is written in-place under its final name, ' +
      'for servers that forbid rename; readers may then see half a file, and nothing is resumed',
    choices: ['rename', 'in-place'],
    default: 'rename',
  },
  files: {
    kind: 'count',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'files in flight at once (default: by the round trip)',
  },
  buffer: {
    kind: 'bytes',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'bytes in flight at most: the bound on memory',
    default: '16MiB',
  },
  connections: {
    kind: 'count',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'connections to each server at most (default: by the round trip)',
  },
  fsync: {
    kind: 'flag',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'have the target force files to disk before they are published',
    default: true,
  },
  'checkpoint-bytes': {
    kind: 'bytes',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'a large file that broke off goes on at the last so many bytes',
    default: '64MiB',
  },
  verify: {
    kind: 'choice',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'check what was written by its size, or by reading it back',
    choices: ['size', 'read-back'],
    default: 'size',
  },
  lease: {
    kind: 'duration',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'how long a claim outlives its dead worker',
    default: '60s',
  },
  attempts: {
    kind: 'count',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'tries for a file after transient failures',
    default: '3',
  },
  reconnect: {
    kind: 'duration',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'how long a server that was lost is tried again before the rest stays planned and the exit code is 75',
    default: '1m',
  },
  'connect-timeout': {
    kind: 'duration',
    group: 'Transfer',
    commands: [...engineCommands, 'trust'],
    describe: 'for connecting and logging in',
    default: '20s',
  },
  'idle-timeout': {
    kind: 'duration',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'a server that answers nothing for so long is lost',
    default: '60s',
  },
  keepalive: {
    kind: 'duration',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'how often a quiet connection is kept alive',
    default: '15s',
  },
} as const satisfies Record<string, Option>;
