/**
 * Which way to log in is tried next. A server may want several, one after the other and in its own order (OpenSSH's
 * AuthenticationMethods, RFC 4252 section 5.1): what has been accepted in part is not shown again, and what was not asked for yet, or
 * refused before, is tried again behind it.
 */
import type { AnyAuthMethod } from 'ssh2';

/** @param left what the server says can go on; undefined at the beginning */
export type NextMethod = (left: readonly string[] | undefined, partly: boolean) => AnyAuthMethod | undefined;

export function loginOrder(methods: readonly AnyAuthMethod[]): NextMethod {
  const accepted = new Set<AnyAuthMethod>();
  let tried = new Set<AnyAuthMethod>();
  let last: AnyAuthMethod | undefined;
  return (left, partly) => {
    if (partly && last) {
      accepted.add(last);
      tried = new Set();
    }
    const isAsked = ({ type }: AnyAuthMethod) =>
      left === undefined ? type === 'none' : left.includes(type === 'agent' ? 'publickey' : type);
    last = methods.find((method) => !accepted.has(method) && !tried.has(method) && isAsked(method));
    if (last) tried.add(last);
    return last;
  };
}

/** Whether a prompt asks for the password that the account has now, and for nothing else. */
export function asksForPassword(prompt: string): boolean {
  const words = prompt.replace(/^\s*\([^)]*\)/, '').replace(/\S+@\S+/g, '');
  if (
    /\b(new|retype|re-enter|again|confirm|one[- ]?time|otp|token|code|verification|factor|pin|2fa|mfa)\b/i.test(words)
  )
    return false;
  return (
    /pass ?(word|phrase)|passwort|kennwort|mot de passe|contrase(ñ|n)a|senha|wachtwoord|l(ö|o)senord|has(ł|l)o|пароль|密码|密碼|パスワード|암호/i.test(
      words,
    ) || /^\s*password/i.test(prompt)
  );
}
