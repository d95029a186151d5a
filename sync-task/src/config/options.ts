/**
 * Every option, once: flags, environment variables, the keys of the file and the help all come from this table.
 * `--batch-files` is `SYNC_TASK_BATCH_FILES` in the environment and `batch-files` or `batchFiles` in the file.
 */

export type OptionKind =
  | 'text'
  | 'list'
  | 'flag'
  | 'count'
  | 'bytes'
  | 'duration'
  | 'choice'
  | 'moment'
  | 'path'
  | 'marker'
  | 'bandwidth';

export interface Option {
  readonly kind: OptionKind;
  readonly group:
    | 'Locations'
    | 'Selection'
    | 'Gates'
    | 'Transforms'
    | 'Batches'
    | 'Transfer'
    | 'Verification'
    | 'Output';
  readonly describe: string;
  /** As a user would write it; undefined: none, or chosen by the program. */
  readonly default?: string | boolean;
  readonly choices?: readonly string[];
  /** As a flag of one letter. */
  readonly short?: string;
}

export const options = {
  source: {
    kind: 'text',
    group: 'Locations',
    describe:
      'where files come from: sftp://user@host:port/path, sftp://user@host/~/path, s3://bucket/prefix, az://container/prefix, gs://bucket/prefix, file:///path',
  },
  target: { kind: 'text', group: 'Locations', describe: 'where they go: the same forms' },
  state: {
    kind: 'text',
    group: 'Locations',
    describe:
      'what is remembered: postgres://user@host/database (shared) or sqlite:path (one process) (default: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)',
  },
  wait: {
    kind: 'duration',
    group: 'Locations',
    describe:
      'how long to wait for another process that has the SQLite state, such as 10m (default: not at all; the exit code is 75)',
  },
  pipeline: {
    kind: 'text',
    group: 'Locations',
    describe: 'name of this source-target pair, whose history it keeps (default: made from both)',
  },
  'new-target': {
    kind: 'flag',
    group: 'Locations',
    describe:
      'the pipeline delivered elsewhere until now, or its target was emptied: forget what was delivered, copy everything',
    default: false,
  },
  'same-files': {
    kind: 'flag',
    group: 'Locations',
    describe:
      'source or target has another address now, and the same files stand there: go on with what is remembered of them',
    default: false,
  },
  'source-insecure-ignore-host-key': {
    kind: 'flag',
    group: 'Locations',
    describe: 'accept any host key of the source',
    default: false,
  },
  'target-insecure-ignore-host-key': {
    kind: 'flag',
    group: 'Locations',
    describe: 'accept any host key of the target',
    default: false,
  },
  'source-proxy': {
    kind: 'text',
    group: 'Locations',
    describe:
      'reach the source through socks5://user@host:port or http://user@host:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)',
  },
  'source-jump': {
    kind: 'text',
    group: 'Locations',
    describe: 'reach the source through these SSH servers: user@host:port, several hops separated by commas',
  },
  'source-identities-only': {
    kind: 'flag',
    group: 'Locations',
    describe: 'of the keys of an agent show the source only those whose public key is in SYNC_TASK_SOURCE_PRIVATE_KEY',
    default: false,
  },
  'source-legacy-algorithms': {
    kind: 'flag',
    group: 'Locations',
    describe: 'offer the source also old key exchanges, ciphers and MACs with known weaknesses',
    default: false,
  },
  'target-proxy': {
    kind: 'text',
    group: 'Locations',
    describe:
      'reach the target through socks5://user@host:port or http://user@host:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)',
  },
  'target-jump': {
    kind: 'text',
    group: 'Locations',
    describe: 'reach the target through these SSH servers: user@host:port, several hops separated by commas',
  },
  'target-identities-only': {
    kind: 'flag',
    group: 'Locations',
    describe: 'of the keys of an agent show the target only those whose public key is in SYNC_TASK_TARGET_PRIVATE_KEY',
    default: false,
  },
  'target-legacy-algorithms': {
    kind: 'flag',
    group: 'Locations',
    describe: 'offer the target also old key exchanges, ciphers and MACs with known weaknesses',
    default: false,
  },
  'target-content-type': {
    kind: 'text',
    group: 'Locations',
    describe: "content type of all objects (s3, az, gs; default: the source object's, else by the name)",
  },
  'target-cache-control': {
    kind: 'text',
    group: 'Locations',
    describe: "cache control of the objects, such as max-age=60 (s3, az, gs; default: the source object's)",
  },
  'target-metadata': {
    kind: 'text',
    group: 'Locations',
    describe: 'metadata beside that of the source\'s objects: KEY=VALUE, several separated by "," (s3, az, gs)',
  },
  'target-s3-storage-class': {
    kind: 'text',
    group: 'Locations',
    describe: "storage class of the objects, such as STANDARD_IA (s3; default: the bucket's)",
  },
  'target-s3-encryption': {
    kind: 'text',
    group: 'Locations',
    describe: "encryption at the server: AES256, aws:kms or aws:kms:KEY (s3; default: the bucket's)",
  },
  'target-s3-tags': {
    kind: 'text',
    group: 'Locations',
    describe: 'tags of the objects: KEY=VALUE, several separated by "," (s3)',
  },
  prefix: {
    kind: 'path',
    group: 'Selection',
    describe: 'only what is below this folder of the source, such as 2026-11-21/',
    default: '',
  },
  include: { kind: 'list', group: 'Selection', describe: 'only files that match this glob; repeatable' },
  exclude: { kind: 'list', group: 'Selection', describe: 'no files that match this glob; repeatable' },
  'min-age': {
    kind: 'duration',
    group: 'Selection',
    describe: 'defer files that were modified within this time, by the clock of the source where it can be told',
    default: '0s',
  },
  stable: {
    kind: 'duration',
    group: 'Selection',
    describe: 'defer files that are not the same so long after they were listed; needs no clock, and plan waits once',
    default: '0s',
  },
  marker: {
    kind: 'marker',
    group: 'Selection',
    describe: "defer files until another one stands next to them, such as '{name}.done'; markers are not copied",
  },
  since: {
    kind: 'moment',
    group: 'Selection',
    describe: 'leave out files last modified before: 2026-11-21, an ISO time, or an age such as 7d',
  },
  force: { kind: 'flag', group: 'Selection', describe: 'copy also what is known and unchanged', default: false },
  gate: {
    kind: 'list',
    group: 'Gates',
    describe:
      'NAME=warn|fail|off[:LIMIT]: what to do before anything is written where empty-source, few-files, many-files, ' +
      'total-size, file-size (out of the usual, or beyond the limit), name-collision or empty-target (nothing stands there ' +
      'any more; a target that is gone always fails, unless off) is found; repeatable (default: warn)',
  },
  accept: { kind: 'list', group: 'Gates', describe: 'let this run through this gate; repeatable' },
  transform: {
    kind: 'list',
    group: 'Transforms',
    describe:
      'NAME[:OPTION=VALUE,…][@GLOB]: change matching files on the way; repeatable, in order; see sync-task transforms',
  },
  'transform-changed': {
    kind: 'choice',
    group: 'Transforms',
    describe: 'unchanged files whose transforms were changed since: copy them again, or leave them as they are',
    choices: ['reprocess', 'ignore'],
    default: 'reprocess',
  },
  'decoder-memory': {
    kind: 'bytes',
    group: 'Transforms',
    describe:
      'memory of all decoders together (zstd windows, OpenPGP chunks, tables of rows): a file waits for its share, one that needs more is refused',
    default: '128MiB',
  },
  'max-expansion': {
    kind: 'count',
    group: 'Transforms',
    describe: 'a file that is decompressed to more than so many times its size (and 64 MiB) is refused',
    default: '1000',
  },
  'batch-files': { kind: 'count', group: 'Batches', describe: 'files in a batch at most', default: '1000' },
  'batch-bytes': {
    kind: 'bytes',
    group: 'Batches',
    describe: 'bytes in a batch at most (a larger file is a batch of its own)',
    default: '10GiB',
  },
  'max-batches': {
    kind: 'count',
    group: 'Batches',
    describe: 'batches in a run at most: larger ones rather than more',
    default: '200',
  },
  'max-files': {
    kind: 'count',
    group: 'Batches',
    describe: 'files that a run copies at most; the rest is deferred to the next run',
  },
  'max-bytes': {
    kind: 'bytes',
    group: 'Batches',
    describe: 'bytes that a run copies at most (one file at least); the rest is deferred to the next run',
  },
  'max-duration': {
    kind: 'duration',
    group: 'Transfer',
    describe: 'begin no further file so long after the start; what is left stays planned, and the exit code is 75',
  },
  bwlimit: {
    kind: 'bandwidth',
    group: 'Transfer',
    describe:
      "bytes a second read by this process, such as 10M, or a timetable in its time zone such as '08:00,512k 19:00,off'",
  },
  existing: {
    kind: 'choice',
    group: 'Transfer',
    describe:
      'a target file that the state does not know: adopt it where size and time agree, else replace it; always replace; or refuse',
    choices: ['adopt', 'replace', 'refuse'],
    default: 'adopt',
  },
  publish: {
    kind: 'choice',
    group: 'Transfer',
    describe:
      'how a file gets its name at the target: by renaming a hidden draft once it is whole, or (sftp, file) it is written in-place under its final name, ' +
      'for servers that forbid rename; readers may then see half a file, and nothing is resumed',
    choices: ['rename', 'in-place'],
    default: 'rename',
  },
  files: { kind: 'count', group: 'Transfer', describe: 'files in flight at once (default: by the round trip)' },
  buffer: {
    kind: 'bytes',
    group: 'Transfer',
    describe: 'bytes in flight at most: the bound on memory',
    default: '16MiB',
  },
  connections: {
    kind: 'count',
    group: 'Transfer',
    describe: 'connections to each server at most (default: by the round trip)',
  },
  fsync: {
    kind: 'flag',
    group: 'Transfer',
    describe: 'have the target force files to disk before they are published',
    default: true,
  },
  'checkpoint-bytes': {
    kind: 'bytes',
    group: 'Transfer',
    describe: 'a large file that broke off goes on at the last so many bytes',
    default: '64MiB',
  },
  verify: {
    kind: 'choice',
    group: 'Transfer',
    describe: 'check what was written by its size, or by reading it back',
    choices: ['size', 'read-back'],
    default: 'size',
  },
  checksum: {
    kind: 'choice',
    group: 'Verification',
    describe:
      "what verify compares: sizes and times alone; also the target's content with what was recorded; or the source's too",
    choices: ['none', 'target', 'both'],
    default: 'none',
  },
  repair: {
    kind: 'flag',
    group: 'Verification',
    describe: 'verify: copy again what was lost or changed at the target, where the source still has it',
    default: false,
  },
  lease: { kind: 'duration', group: 'Transfer', describe: 'how long a claim outlives its dead worker', default: '60s' },
  attempts: { kind: 'count', group: 'Transfer', describe: 'tries for a file after transient failures', default: '3' },
  reconnect: {
    kind: 'duration',
    group: 'Transfer',
    describe: 'how long a server that was lost is tried again before the rest stays planned and the exit code is 75',
    default: '1m',
  },
  'connect-timeout': { kind: 'duration', group: 'Transfer', describe: 'for connecting and logging in', default: '20s' },
  'idle-timeout': {
    kind: 'duration',
    group: 'Transfer',
    describe: 'a server that answers nothing for so long is lost',
    default: '60s',
  },
  keepalive: {
    kind: 'duration',
    group: 'Transfer',
    describe: 'how often a quiet connection is kept alive',
    default: '15s',
  },
  'report-dir': {
    kind: 'text',
    group: 'Output',
    describe: 'write report.html and manifest.jsonl of each run below this folder, and a page that lists all',
  },
  'metrics-url': {
    kind: 'text',
    group: 'Output',
    describe: 'push metrics to this Prometheus Pushgateway, such as http://pushgateway:9091, when the command ends',
  },
  'trace-id': {
    kind: 'text',
    group: 'Output',
    describe: 'W3C trace id for log lines and the state (default: that of TRACEPARENT in the environment)',
  },
  explain: {
    kind: 'flag',
    group: 'Output',
    describe: 'say for every file why it was chosen or left out',
    default: false,
  },
  'dry-run': {
    kind: 'flag',
    group: 'Output',
    describe: 'plan only, explain, write nothing',
    default: false,
    short: 'n',
  },
  json: {
    kind: 'flag',
    group: 'Output',
    describe: 'the JSON result on a terminal too, in place of lines for people',
    default: false,
  },
  quiet: {
    kind: 'flag',
    group: 'Output',
    describe: 'nothing but errors: no progress, no summary of what went well',
    default: false,
    short: 'q',
  },
  verbose: { kind: 'flag', group: 'Output', describe: 'name every file that is copied', default: false, short: 'v' },
  color: {
    kind: 'flag',
    group: 'Output',
    describe: 'colours on a terminal; NO_COLOR in the environment switches them off, too',
    default: true,
  },
  'log-level': {
    kind: 'choice',
    group: 'Output',
    describe: 'how much to log',
    choices: ['error', 'warn', 'info', 'debug'],
    default: 'info',
  },
  'log-format': {
    kind: 'choice',
    group: 'Output',
    describe: 'auto: pretty on a terminal, else json',
    choices: ['auto', 'pretty', 'json'],
    default: 'auto',
  },
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof options;

export const optionNames = Object.keys(options) as OptionName[];

export function optionOf(name: OptionName): Option {
  return options[name];
}

export function environmentName(name: string): string {
  return `SYNC_TASK_${name.replaceAll('-', '_').toUpperCase()}`;
}
