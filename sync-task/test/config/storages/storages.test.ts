import test from 'ava';
import { optionNames } from '../../../src/config/options/options.ts';
import { secretsOf } from '../../../src/config/secrets.ts';
import { storages } from '../../../src/config/storages/storages.ts';
import { refuseUnknownVariables } from '../../../src/config/variables.ts';

for (const { scheme, variables, secrets, options } of storages) {
  test(`${scheme}: its variables are known for both sides, its secrets are kept out of logs, its options are its own`, (t) => {
    for (const name of variables) {
      for (const role of ['SOURCE', 'TARGET']) {
        t.notThrows(() => refuseUnknownVariables({ [`SYNC_TASK_${role}_${name}`]: 'x' }, []), name);
        t.notThrows(() => refuseUnknownVariables({ [`SYNC_TASK_${role}_${name}_FILE`]: 'x' }, []), name);
      }
    }
    for (const name of secrets as readonly string[]) {
      t.true((variables as readonly string[]).includes(name), name);
      for (const prefix of ['', 'SYNC_TASK_SOURCE_', 'SYNC_TASK_TARGET_']) {
        t.deepEqual(secretsOf({ [`${prefix}${name}`]: 'hunter2' }), ['hunter2'], name);
      }
    }
    for (const [name, option] of Object.entries(options)) {
      t.true((optionNames as readonly string[]).includes(name), name);
      t.deepEqual(option.schemes, [scheme], name);
    }
  });
}
