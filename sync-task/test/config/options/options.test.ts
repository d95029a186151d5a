import test from 'ava';
import { commandNames, engineCommands } from '../../../src/config/options/commands.ts';
import { optionNames, optionOf } from '../../../src/config/options/options.ts';
import { storages } from '../../../src/config/storages/storages.ts';
import { schemaOf } from '../../../src/config/values.ts';

const schemes: readonly string[] = storages.map(({ scheme }) => scheme);

for (const name of optionNames) {
  test(`--${name} is declared without contradiction`, (t) => {
    const option = optionOf(name);
    t.regex(option.describe, /^\S.*[^.\s]$/s, 'one phrase, without a full stop');
    t.true(option.commands.length > 0 && new Set(option.commands).size === option.commands.length);
    t.deepEqual(
      (option.hiddenFrom ?? []).filter((command) => !option.commands.includes(command)),
      [],
    );
    t.deepEqual(
      (option.schemes ?? []).filter((scheme) => !schemes.includes(scheme)),
      [],
    );
    t.is(option.choices !== undefined, option.kind === 'choice');
    if (option.default !== undefined) t.true(schemaOf(option).safeParse(option.default).success);
  });
}

test('an option for some storages alone names the side it is for', (t) => {
  const nameless = optionNames.filter((name) => optionOf(name).schemes && !/^(source|target)-/.test(name));
  t.deepEqual(nameless, []);
});

test('what one engine command takes, all take, but for what plans and what verifies', (t) => {
  const few = optionNames.filter((name) => {
    const taking = engineCommands.filter((command) => optionOf(name).commands.includes(command));
    return taking.length > 0 && taking.length < engineCommands.length;
  });
  t.deepEqual(few, ['batch-files', 'batch-bytes', 'max-batches', 'max-files', 'max-bytes', 'checksum', 'repair']);
});

test('every command takes an option', (t) => {
  for (const command of commandNames) t.true(optionNames.some((name) => optionOf(name).commands.includes(command)));
});
