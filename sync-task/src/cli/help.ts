/** The words around the options: what commands are for, examples, exit codes. */
import type { CommandName } from '../config/options/commands.ts';
import { exitCodeHelp } from './exit-codes.ts';

export const usage = `Usage: sync-task COMMAND [OPTIONS]

Moves files one way, from a source to a target, through streaming transforms, and remembers each
one. Nothing is ever deleted, at either side. Readers of the target see the old file or the whole new one.`;

export const epilogue = `Options come from flags, from the environment (--batch-files is SYNC_TASK_BATCH_FILES; lists have one
item a line) or from the YAML file of --config, in this order. That may hold several pipelines, of which
--pipeline names one, and \${NAME} or \${NAME:-default} of the environment.

Secrets come from the environment only, or from a file that the same name with _FILE gives:
  SYNC_TASK_SOURCE_PASSWORD      SYNC_TASK_SOURCE_PRIVATE_KEY   SYNC_TASK_SOURCE_PASSPHRASE
  SYNC_TASK_SOURCE_KNOWN_HOSTS   SYNC_TASK_SOURCE_HOST_KEY      (SHA256:…, as ssh-keygen -l prints it)
  SYNC_TASK_SOURCE_PROXY_PASSWORD
  SYNC_TASK_TARGET_…             likewise
  SYNC_TASK_STATE_PASSWORD       or libpq's own PGPASSWORD
  SYNC_TASK_METRICS_TOKEN        or SYNC_TASK_METRICS_PASSWORD, for --metrics-url
SSH_AUTH_SOCK names an agent. Without known hosts of its own, ~/.ssh/known_hosts is read.

Exit codes:
${exitCodeHelp.map(({ code, meaning }) => `  ${String(code).padEnd(3)}  ${meaning}`).join('\n')}

On a terminal a command ends with lines for people. With --json, in a pipe or with SYNC_TASK_RESULT one JSON
result goes to stdout and, where that is set, to that file. Logs go to stderr.`;

export interface CommandHelp {
  readonly name: CommandName;
  readonly summary: string;
  /** When to use it. */
  readonly about: string;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** What stands behind it besides flags. */
  readonly operand?: string;
}

/** Commands without settings. */
export const otherCommands: readonly (Pick<CommandHelp, 'summary' | 'operand'> & { readonly name: string })[] = [
  {
    name: 'transforms',
    operand: '[NAME]',
    summary: 'list the transforms, or show one with its options and an example',
  },
  { name: 'completion', operand: 'bash|zsh|fish', summary: 'print what makes a shell complete commands and flags' },
];

export const commands: readonly CommandHelp[] = [
  {
    name: 'sync',
    summary: 'plan, run every batch and finish, in one process',
    about: 'The standalone job: one command in cron, in a container, or by hand.',
    examples: [
      ['$0 sync --source sftp://me@partner.example/out --target file:///data/in', 'copy what is new'],
      ['$0 sync --config nightly.yaml --dry-run', 'say what would be copied, and why'],
      [
        '$0 sync --config nightly.yaml --prefix 2026-11-21/ --transform mask:token=secret@*.csv',
        'one day, with a transform',
      ],
    ],
  },
  {
    name: 'check',
    summary: 'prove that source, target and state can be used',
    about:
      'Connects, lists the source, writes and removes a hidden file at the target, and says what the servers lack and what that costs.',
    examples: [['$0 check --config nightly.yaml', 'before the first run, or when a night failed']],
  },
  {
    name: 'plan',
    summary: 'list, compare with the state, write the batches of one run',
    about: 'The first step where batches run apart. The same --run gives the same plan again.',
    examples: [
      ['$0 plan --config nightly.yaml --run 2026-11-21', 'the result names the batches'],
      ['$0 plan --config nightly.yaml --run 2026-11-21 --explain', 'and why each file was chosen or left out'],
    ],
  },
  {
    name: 'run',
    summary: 'transfer one batch of a run',
    about: 'Safe to repeat, alone or beside others: what is done is not done again.',
    examples: [['$0 run --config nightly.yaml --run 2026-11-21 --batch 3', 'batch 3 of that run']],
  },
  {
    name: 'finish',
    summary: 'sweep, count, and say what is missing in a run',
    about: 'The last step where batches run apart. Removes what dead workers left at the target.',
    examples: [['$0 finish --config nightly.yaml --run 2026-11-21', 'exit 0 when nothing is missing']],
  },
  {
    name: 'status',
    summary: 'runs, batches and files, and what became of them',
    about: 'Looks at the state alone; touches no server.',
    examples: [
      ['$0 status --config nightly.yaml', 'the newest runs; of no pipeline: all of them'],
      ['$0 status --config nightly.yaml --run 2026-11-21', 'its batches and files'],
      ['$0 status --config nightly.yaml --path a/b/file.txt', 'its history, and why it was left out last'],
      ['$0 status --config nightly.yaml --watch', 'follow the newest run until it has ended'],
    ],
  },
  {
    name: 'explain',
    operand: 'PATH',
    summary: 'say what the next run would do with one file, and why',
    about:
      'Lists the source and compares, as a plan does, and changes nothing. Selection, age, marker, comparison and limits decide, in this order; ' +
      'a gate that would refuse the whole run is named. It may run beside a transfer.',
    examples: [['$0 explain --config nightly.yaml a/b/file.txt', 'PATH as it stands below the source']],
  },
  {
    name: 'verify',
    summary: 'compare what was copied with what stands at the target',
    about:
      'Looks at every file that the state knows: is it still at the target, as it was written, and is its source as it was read? ' +
      'Files deleted or changed at the source since are named and are no error. Exits with 65 where something differs.',
    examples: [
      ['$0 verify --config nightly.yaml', 'sizes and times'],
      ['$0 verify --config nightly.yaml --checksum target', 'contents too, hashed by the server where it can'],
      ['$0 verify --config nightly.yaml --checksum target --repair', 'and copy again what was lost or changed'],
    ],
  },
  {
    name: 'prune',
    summary: 'forget old runs and events, and no file',
    about: 'Keeps the state small. What was copied stays known: nothing is copied again. Touches no server.',
    examples: [['$0 prune --config nightly.yaml --keep 90d', 'runs and events of the last 90 days stay']],
  },
  {
    name: 'take-over',
    summary: 'give a pipeline, with its history, a new name',
    about: 'For a pipeline that is renamed, or whose source or target moved. Touches no server.',
    examples: [['$0 take-over --pipeline new --from old', 'what old copied, new has copied']],
  },
  {
    name: 'state export',
    summary: 'write all that is remembered of a pipeline to a file',
    about:
      'To move a pipeline between SQLite and Postgres, or to another machine: checkpoints, tokens, runs and history, and no secret. ' +
      'Touches no server.',
    examples: [['$0 state export --pipeline orders --file orders.jsonl', 'then state import, with another --state']],
  },
  {
    name: 'state import',
    summary: 'read what state export wrote into another state',
    about:
      'All of it, or nothing. A pipeline that has a history there is never replaced. Nothing may go on with the former state.',
    examples: [
      [
        '$0 state import --file orders.jsonl --state postgres://me@db.example/sync',
        'the next run copies nothing again',
      ],
    ],
  },
  {
    name: 'trust',
    summary: 'show the host keys of an SFTP server, and how to verify them',
    about:
      'Prints every host key that the server shows, with its fingerprint. Nobody logs in. Compare one with what the operator says ' +
      'on another way (a call, a page on HTTPS, ssh-keyscan on a line you trust) before you write it.',
    examples: [
      ['$0 trust --source sftp://me@partner.example/out', 'the keys and their fingerprints'],
      ['$0 trust --source sftp://me@partner.example/out --write ~/.ssh/known_hosts', 'and trust them from now on'],
    ],
  },
];
