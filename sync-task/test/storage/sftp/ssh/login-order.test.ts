/** Ways to log in, in whatever order a server wants them; and what is told to whom. */
import test from 'ava';
import fc from 'fast-check';
import type { AnyAuthMethod } from 'ssh2';
import { asksForPassword, loginOrder } from '../../../../src/storage/sftp/ssh/login-order.ts';

const method = (type: string, name = type) => ({ type, username: 'u', name }) as unknown as AnyAuthMethod;
const ways = ['publickey', 'password', 'keyboard-interactive'] as const;

test('whatever a server wants, in whatever order, is given where it is there', (t) => {
  const wanted = fc.array(fc.constantFrom(...ways), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(wanted, fc.integer({ min: 1, max: 4 }), (order, keys) => {
      fc.pre(ways.every((way) => order.filter((each) => each === way).length <= (way === 'publickey' ? keys : 1)));
      const named = Array.from({ length: keys }, (_, index) => method('publickey', `key${index}`));
      const next = loginOrder([method('none'), ...named, method('password'), method('keyboard-interactive')]);
      const shown = new Set<AnyAuthMethod>();
      let at = 0;
      let tries = 0;
      let partly = false;
      next(undefined, false);
      while (at < order.length) {
        const given = next([order[at] as string], partly);
        if (!given || tries++ > 30) return false;
        // One key is as good as another here, but none is accepted twice.
        partly = given.type === order[at] && !shown.has(given);
        if (!partly) return false;
        shown.add(given);
        at++;
      }
      return true;
    }),
  );
  t.pass();
});

test('what was refused before a part was accepted is tried again behind it', (t) => {
  const [none, key, password] = [method('none'), method('publickey'), method('password')];
  const next = loginOrder([none, key, password]);
  t.is(next(undefined, false), none);
  t.is(next(['publickey', 'password'], false), key);
  t.is(next(['publickey', 'password'], false), password);
  t.is(next(['publickey'], true), key);
  t.is(next(['publickey'], false), undefined);
});

const prompts: Readonly<Record<string, boolean>> = {
  'Password: ': true,
  'password:': true,
  "me@host's password: ": true,
  '(me@pinhost) Password: ': true,
  'Password for me@token.example.com:': true,
  'Passwort: ': true,
  'Mot de passe : ': true,
  'Contraseña: ': true,
  'Enter passphrase: ': true,
  'One-time password: ': false,
  'One-time code:': false,
  'Verification code: ': false,
  'Password & verification code: ': false,
  'OTP:': false,
  'New password: ': false,
  'Retype new password: ': false,
  'Your favourite colour?': false,
  '': false,
};
for (const [prompt, isAnswered] of Object.entries(prompts)) {
  test(`${JSON.stringify(prompt)} is ${isAnswered ? 'answered' : 'named'}`, (t) =>
    t.is(asksForPassword(prompt), isAnswered));
}
