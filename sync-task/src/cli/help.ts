/** The words around the options: what each command is for, examples, secrets, exit codes. */
import type { CommandName } from '../config/options/commands.ts';
import { exitCodeHelp } from './exit-codes.ts';

export const usage = `Usage: sync-task COMMAND [OPTIONS]

Moves files one way, from a source to a target, through streaming transforms, with a checkpoint for
each. It never deletes a file on either side. Readers of the target see the old file or the whole new one.`;

export const epilogue = `Options come from flags, the environment (--batch-files is SYNC_TASK_BATCH_FILES; lists have one item a
line) or the YAML file of --config, in this order. The file may hold several pipelines, one of which
--pipeline names, and \${NAME} or \${NAME:-default} from the environment.

Secrets come only from the environment, or from files that the same names with _FILE give:
  SYNC_TASK_SOURCE_PASSWORD      SYNC_TASK_SOURCE_PRIVATE_KEY   SYNC_TASK_SOURCE_PASSPHRASE
  SYNC_TASK_SOURCE_KNOWN_HOSTS   SYNC_TASK_SOURCE_HOST_KEY      (SHA256:…, as ssh-keygen -l prints it)
  SYNC_TASK_SOURCE_PROXY_PASSWORD
  SYNC_TASK_TARGET_…             likewise
  SYNC_TASK_STATE_PASSWORD       or libpq's own PGPASSWORD
  SYNC_TASK_METRICS_TOKEN        or SYNC_TASK_METRICS_PASSWORD, for --metrics-url
SSH_AUTH_SOCK names an agent. Without KNOWN_HOSTS, ~/.ssh/known_hosts is read.

Exit codes:
${exitCodeHelp.map(({ code, meaning }) => `  ${String(code).padEnd(3)}  ${meaning}`).join('\n')}

On a terminal a command ends with lines for people. With --json, in a pipe, or with SYNC_TASK_RESULT=FILE, it
prints one JSON result to stdout, and writes it to FILE. Logs go to stderr.`;

export interface CommandHelp {
  readonly name: CommandName;
  readonly summary: string;
  /** When to use it. */
  readonly about: string;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** What it takes besides flags. */
  readonly operand?: string;
}

/** Commands without options. */
export const otherCommands: readonly (Pick<CommandHelp, 'summary' | 'operand'> & { readonly name: string })[] = [
  {
    name: 'transforms',
    operand: '[NAME]',
    summary: 'list the transforms, or show one with its options and an example',
  },
  { name: 'completion', operand: 'bash|zsh|fish', summary: 'print the completion of commands and flags for a shell' },
];

export const commands: readonly CommandHelp[] = [
  {
    name: 'sync',
    summary: 'plan, run every batch and finish, in one process',
    about: 'The whole job in one command: for cron, a container, or by hand.',
    examples: [
      ['$0 sync --source sftp://me@partner.example/out --target file:///data/in', 'copy what is new'],
      ['$0 sync --config nightly.yaml --dry-run', 'show what would be copied, and why'],
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
      'Connects, lists the source, writes and removes a hidden file at the target, and says what the servers lack and what that costs. ' +
      'Cleans up temporary files of crashed workers in finished runs.',
    examples: [['$0 check --config nightly.yaml', 'before the first run, or after a failed night']],
  },
  {
    name: 'plan',
    summary: 'list the source, compare it with the state, write the batches of one run',
    about: 'The first step when batches run apart. The same --run always gives the same plan.',
    examples: [
      ['$0 plan --config nightly.yaml --run 2026-11-21', 'the result names the batches'],
      ['$0 plan --config nightly.yaml --run 2026-11-21 --explain', 'and why each file was chosen or left out'],
    ],
  },
  {
    name: 'run',
    summary: 'transfer one batch of a run',
    about: 'Safe to repeat, alone or beside others: finished files are not copied again.',
    examples: [['$0 run --config nightly.yaml --run 2026-11-21 --batch 3', 'batch 3 of that run']],
  },
  {
    name: 'finish',
    summary: 'clean up, count, and name what is missing in a run',
    about: 'The last step when batches run apart. Removes the temporary files of crashed workers.',
    examples: [['$0 finish --config nightly.yaml --run 2026-11-21', 'exits with 0 if nothing is missing']],
  },
  {
    name: 'status',
    summary: 'show runs, batches and files, and what became of them',
    about: 'Reads only the state and connects to no server.',
    examples: [
      ['$0 status --config nightly.yaml', 'the newest runs; without a pipeline: those of all'],
      ['$0 status --config nightly.yaml --run 2026-11-21', 'the batches and files of a run'],
      ['$0 status --config nightly.yaml --path a/b/file.txt', 'the history of a file, and why it was last left out'],
      ['$0 status --config nightly.yaml --watch', 'follow the newest run until it ends'],
    ],
  },
  {
    name: 'explain',
    operand: 'PATH',
    summary: 'say what the next run would do with one file, and why',
    about:
      'Lists and compares as a plan does, and changes nothing. Selection, age, marker, comparison and limits decide, in this order. ' +
      'It also names a gate that would refuse the whole run. It may run beside a transfer.',
    examples: [['$0 explain --config nightly.yaml a/b/file.txt', 'PATH is relative to the source']],
  },
  {
    name: 'verify',
    summary: 'compare what was copied with what is at the target',
    about:
      'Checks every file that the state knows: is it still at the target as it was written, and is its source as it was read? ' +
      'It names files that have since changed or gone at the source; they are no error. Exits with 65 if the target differs.',
    examples: [
      ['$0 verify --config nightly.yaml', 'sizes and times'],
      ['$0 verify --config nightly.yaml --checksum target', 'contents too, hashed by the server if it can'],
      ['$0 verify --config nightly.yaml --checksum target --repair', 'and copy lost or changed files again'],
    ],
  },
  {
    name: 'prune',
    summary: 'forget old runs and events, but no file',
    about: 'Keeps the state small. Checkpoints stay: nothing is copied again. Connects to no server.',
    examples: [['$0 prune --config nightly.yaml --keep 90d', 'keep the runs and events of the last 90 days']],
  },
  {
    name: 'take-over',
    summary: 'rename a pipeline and keep its history',
    about: 'For a pipeline with a new name, source or target. Connects to no server.',
    examples: [['$0 take-over --pipeline new --from old', 'new continues with the checkpoints of old']],
  },
  {
    name: 'state export',
    summary: 'write everything that the state holds for a pipeline to a file',
    about:
      'Moves a pipeline between SQLite and Postgres, or to another machine: checkpoints, tokens, runs and history, but no secret. ' +
      'Connects to no server.',
    examples: [['$0 state export --pipeline orders --file orders.jsonl', 'then state import, with another --state']],
  },
  {
    name: 'state import',
    summary: 'read a file of state export into another state',
    about:
      'All of it, or nothing. It never replaces a pipeline that already has a history there. Stop using the old state afterwards.',
    examples: [
      [
        '$0 state import --file orders.jsonl --state postgres://me@db.example/sync',
        'the next run copies nothing twice',
      ],
    ],
  },
  {
    name: 'trust',
    summary: 'show the host keys of an SFTP server, and how to verify them',
    about:
      'Prints every host key that the server shows, with its fingerprint, and does not log in. Before you write one, compare it with what ' +
      'the operator says another way: a call, an HTTPS page, or ssh-keyscan over a line that you trust.',
    examples: [
      ['$0 trust --source sftp://me@partner.example/out', 'the keys and their fingerprints'],
      ['$0 trust --source sftp://me@partner.example/out --write ~/.ssh/known_hosts', 'trust them from now on'],
    ],
  },
];
