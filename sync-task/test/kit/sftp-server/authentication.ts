/** Who may log in, and how. */
import type { AuthContext, PublicKeyAuthContext } from 'ssh2';
import { blobOf } from '../ssh-keys.ts';
import ssh2 from '../ssh2.ts';
import type { UserKeys } from './options.ts';

export interface Logins {
  readonly user: string;
  readonly password: string;
  readonly userKeys: UserKeys | undefined;
  readonly keyboardInteractive: boolean;
}

/** Accepts, or refuses and names what may be tried instead. */
export function authenticate(context: AuthContext, logins: Logins): void {
  const { user, password, userKeys, keyboardInteractive } = logins;
  const passwordMethod = keyboardInteractive ? 'keyboard-interactive' : 'password';
  const settle = (accepted: boolean) => {
    if (accepted) context.accept();
    else context.reject(userKeys ? [passwordMethod, 'publickey'] : [passwordMethod]);
  };
  if (context.username !== user) settle(false);
  else if (context.method === 'publickey') settle(userKeys !== undefined && isProven(context, userKeys));
  else if (context.method !== passwordMethod) settle(false);
  else if (context.method === 'password') settle(context.password === password);
  else if (context.method === 'keyboard-interactive') {
    context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => settle(answers[0] === password));
  }
}

/** Without a signature the client only asks whether the key would do. */
function isProven({ key, signature, blob, hashAlgo }: PublicKeyAuthContext, { plain, encrypted }: UserKeys): boolean {
  const line = [plain, encrypted].map((pair) => pair.publicKey).find((publicKey) => blobOf(publicKey).equals(key.data));
  if (line === undefined) return false;
  if (!signature || !blob) return true;
  const parsed = ssh2.utils.parseKey(line);
  return !(parsed instanceof Error) && parsed.verify(blob, signature, hashAlgo) === true;
}
