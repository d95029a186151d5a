/** What a command says, and where. */
import { commandNames, engineCommands, stateCommands } from './commands.ts';
import type { Option } from './option.ts';

export const outputOptions = {
  'report-dir': {
    kind: 'text',
    group: 'Output',
    commands: engineCommands,
    describe: 'write report.html and manifest.jsonl of each run below this folder, and a page that lists all runs',
  },
  'metrics-url': {
    kind: 'text',
    group: 'Output',
    commands: engineCommands,
    describe: 'push metrics to this Prometheus Pushgateway, such as http://pushgateway:9091, when the command ends',
  },
  'trace-id': {
    kind: 'text',
    group: 'Output',
    commands: [...engineCommands, ...stateCommands],
    describe: 'the W3C trace id for log lines and the state (default: that of TRACEPARENT in the environment)',
  },
  explain: {
    kind: 'flag',
    group: 'Output',
    commands: engineCommands,
    describe: 'say for every file why it was chosen or left out',
    default: false,
  },
  'dry-run': {
    kind: 'flag',
    group: 'Output',
    commands: engineCommands,
    describe: 'only plan and explain; write nothing',
    default: false,
    short: 'n',
  },
  json: {
    kind: 'flag',
    group: 'Output',
    commands: commandNames,
    describe: 'print the JSON result on a terminal too, instead of lines for people',
    default: false,
  },
  quiet: {
    kind: 'flag',
    group: 'Output',
    commands: commandNames,
    describe: 'print only errors: no progress, and no summary of a success',
    default: false,
    short: 'q',
  },
  verbose: {
    kind: 'flag',
    group: 'Output',
    commands: commandNames,
    describe: 'name every copied file',
    default: false,
    short: 'v',
  },
  color: {
    kind: 'flag',
    group: 'Output',
    commands: commandNames,
    describe: 'colour the output on a terminal; NO_COLOR in the environment turns it off too',
    default: true,
  },
  'log-level': {
    kind: 'choice',
    group: 'Output',
    commands: commandNames,
    describe: 'how much to log',
    choices: ['error', 'warn', 'info', 'debug'],
    default: 'info',
  },
  'log-format': {
    kind: 'choice',
    group: 'Output',
    commands: commandNames,
    describe: 'auto: pretty on a terminal, else json',
    choices: ['auto', 'pretty', 'json'],
    default: 'auto',
  },
} as const satisfies Record<string, Option>;
