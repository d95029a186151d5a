/** Parses the command line with yargs; no other file imports it. Values are checked later, with those of the environment. */
import yargs, { type Argv } from 'yargs';
import { SyncError } from '../base/errors.ts';
import { commandFirst } from './command-first.ts';
import { flagsOf } from './flags.ts';
import { type CommandHelp, commands, epilogue, usage } from './help.ts';
import { checkCommand, checkWords } from './terminal/check-words.ts';

export interface Arguments {
  readonly command: string;
  /** The flags that the user gave, by name. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Undefined after help, the version, transforms or a completion was printed. Throws `usage`. */
export async function parseArguments(words: readonly string[], version: string): Promise<Arguments | undefined> {
  refuseSecrets(words);
  let given: Arguments | undefined;
  const parser = yargs()
    .scriptName('sync-task')
    .version(version)
    .help()
    .alias('help', 'h')
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .parserConfiguration({ 'camel-case-expansion': false, 'duplicate-arguments-array': true, 'greedy-arrays': false })
    .strict()
    .recommendCommands()
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      if (error instanceof SyncError) throw error;
      const text = (message ?? error.message).replaceAll('\n', ' ');
      const absent = /^Missing required arguments?: (.+)$/.exec(text)?.[1]?.split(', ');
      const what = absent ? `${absent.map((name) => `--${name}`).join(' and ')}: say it, this command needs it` : text;
      throw new SyncError(`${what}; see sync-task --help`, {
        kind: 'usage',
        reason: 'bad-argument',
      });
    });
  const ordered = commandFirst(words[0] === 'help' ? [...words.slice(1), '--help'] : words);
  const [first, ...rest] = ordered;
  const named = commands.find(({ name }) => name === first);
  const take = (command: CommandHelp) => (parsed: Readonly<Record<string, unknown>>) => {
    const { _: __, $0: ___, ...flags } = parsed;
    given = { command: command.name, flags };
  };
  if (named) {
    // As the default command: for a named one, yargs would build the text of its help on every start.
    parser
      .usage(usageOf(named))
      .command(named.operand ? '$0 [path]' : '$0', false, (builder) => declare(builder, named), take(named));
    checkWords(rest, named.name);
    await parser.parseAsync(rest);
    return given;
  }
  parser
    .usage(usage)
    .epilogue(epilogue)
    .demandCommand(
      1,
      'name a command: sync, check, plan, run, finish, status, explain, verify, prune, take-over, trust, transforms or completion',
    );
  for (const command of commands) {
    const build = (builder: Argv) => declare(builder.usage(usageOf(command)), command);
    parser.command(command.operand ? `${command.name} [path]` : command.name, command.summary, build, take(command));
  }
  parser.command(
    'transforms [name]',
    'list the transforms, or show one with its options and an example',
    (builder) =>
      builder
        .usage('$0 transforms [NAME]\n\nNAME is that of a transform, of a package, or the path of a module.')
        .positional('name', {
          type: 'string',
          describe: 'the transform to show',
        }),
    async ({ name }) => {
      const { showTransforms } = await import('./terminal/show-transforms.ts');
      process.stdout.write(await showTransforms(name));
    },
  );
  parser.command(
    'completion <shell>',
    'print the completion of commands and flags for a shell',
    (builder) =>
      builder.usage(completionUsage).positional('shell', { type: 'string', choices: ['bash', 'zsh', 'fish'] as const }),
    async ({ shell }) => {
      const { completion } = await import('./shell/completion.ts');
      process.stdout.write(completion(shell ?? 'bash'));
    },
  );
  for (const [text, meaning] of commands.flatMap((command) => command.examples.slice(0, 1)))
    parser.example(text, meaning);
  if (first !== undefined) checkCommand(first);
  await parser.parseAsync(first === undefined ? [] : [first, ...rest]);
  return given;
}

const completionUsage = `$0 completion bash|zsh|fish

bash:  source <(sync-task completion bash)                                       in ~/.bashrc
zsh:   source <(sync-task completion zsh)                       in ~/.zshrc, behind compinit
fish:  sync-task completion fish > ~/.config/fish/completions/sync-task.fish`;

function usageOf({ name, about, operand }: CommandHelp): string {
  return `$0 ${name}${operand ? ` ${operand}` : ''} [OPTIONS]\n\n${about}`;
}

function declare(builder: Argv, command: CommandHelp): Argv {
  builder.epilogue(epilogue);
  if (command.operand) builder.positional('path', { type: 'string', describe: 'the file, relative to the source' });
  for (const [text, meaning] of command.examples) builder.example(text, meaning);
  for (const [name, declared] of flagsOf(command.name)) builder.option(name, declared);
  return builder;
}

/** Throws `usage` for a secret in a flag: process lists and shell histories show flags. The message never repeats it. */
function refuseSecrets(words: readonly string[]): void {
  for (const word of words) {
    const [, role, secret] =
      /^--(source|target|state)-(proxy-?password|password|private-?key|passphrase)(?:=|$)/i.exec(word) ?? [];
    if (!role || !secret) continue;
    const variable = `SYNC_TASK_${role}_${secret.replace(/(private|proxy)-?(?=key|password)/i, '$1_')}`.toUpperCase();
    throw new SyncError(`--${role}-${secret}: secrets don't belong in flags; set ${variable} or ${variable}_FILE`, {
      kind: 'usage',
      reason: 'secret-in-flag',
    });
  }
}
