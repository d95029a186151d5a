/** How files are copied, and how much of everything that may take. */
import { engineCommands } from './commands.ts';
import type { Option } from './option.ts';

export const transferOptions = {
  'max-duration': {
    kind: 'duration',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'start no further file this long after the start; the rest stays planned, and the exit code is 75',
  },
  bwlimit: {
    kind: 'bandwidth',
    group: 'Transfer',
    commands: engineCommands,
    describe:
      "bytes a second that this process reads, such as 10M, or a timetable in its time zone such as '08:00,512k 19:00,off'",
  },
  existing: {
    kind: 'choice',
    group: 'Transfer',
    commands: engineCommands,
    hiddenFrom: ['verify'],
    describe:
      'a target file that the state does not know: adopt it if size and time match, else replace it; always replace it; or refuse',
    choices: ['adopt', 'replace', 'refuse'],
    default: 'adopt',
  },
  publish: {
    kind: 'choice',
    group: 'Transfer',
    commands: engineCommands,
    describe:
      'how a file gets its name at the target: rename a complete hidden draft, or (sftp, file) write in-place under the final name, for servers that forbid rename; readers may then see half a file, and nothing is resumed',
    choices: ['rename', 'in-place'],
    default: 'rename',
  },
  files: {
    kind: 'count',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'files in flight at once (default: chosen from the round trip)',
  },
  buffer: {
    kind: 'bytes',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'the most bytes in flight: this bounds memory',
    default: '16MiB',
  },
  connections: {
    kind: 'count',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'the most connections to each server (default: chosen from the round trip)',
  },
  fsync: {
    kind: 'flag',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'make the target force files to disk before they are published',
    default: true,
  },
  'checkpoint-bytes': {
    kind: 'bytes',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'record a large file every this many bytes: a broken transfer resumes at the last record',
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
    describe: 'how long the claim of a dead worker lasts',
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
    describe: 'how long to retry a lost server before the rest stays planned and the exit code is 75',
    default: '1m',
  },
  'connect-timeout': {
    kind: 'duration',
    group: 'Transfer',
    commands: [...engineCommands, 'trust'],
    describe: 'the time for connecting and logging in',
    default: '20s',
  },
  'idle-timeout': {
    kind: 'duration',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'a server that is silent this long is lost',
    default: '60s',
  },
  keepalive: {
    kind: 'duration',
    group: 'Transfer',
    commands: engineCommands,
    describe: 'how often to keep a quiet connection alive',
    default: '15s',
  },
} as const satisfies Record<string, Option>;
