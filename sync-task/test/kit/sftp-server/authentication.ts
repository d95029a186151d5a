/** Who may log in, and how. */
import type ssh2Types from 'ssh2';
import type { AuthContext, PublicKeyAuthContext } from 'ssh2';
import { blobOf } from '../ssh-keys.ts';
import ssh2 from '../ssh2.ts';
import type { UserKeys } from './options.ts';

export interface Logins {
  readonly user: string;
  readonly password: string;
  readonly userKeys: UserKeys | undefined;
  readonly keyboardInteractive: boolean;
  readonly prompts?: readonly string[] | undefined;
}

/** Accepts, or refuses and names what may be tried instead. */
export function authenticate(context: AuthContext, logins: Logins, wanted: string[] = []): void {
  const { user, password, userKeys, keyboardInteractive, prompts = ['Password: '] } = logins;
  const interactive = wanted.length > 0 ? context.method === 'keyboard-interactive' : keyboardInteractive;
  const passwordMethod = interactive ? 'keyboard-interactive' : 'password';
  if (wanted.length > 0 && context.method !== wanted[0]) {
    context.reject([wanted[0] as ssh2Types.AuthenticationType]);
    return;
  }
  const settle = (accepted: boolean) => {
    // A key without a signature is only asked about.
    const isProof = context.method !== 'publickey' || context.signature !== undefined;
    if (accepted && isProof && wanted.length > 1) {
      wanted.shift();
      context.reject([wanted[0] as ssh2Types.AuthenticationType], true);
    } else if (accepted) context.accept();
    else context.reject(userKeys ? [passwordMethod, 'publickey'] : [passwordMethod]);
  };
  if (context.username !== user) settle(false);
  else if (context.method === 'publickey') settle(userKeys !== undefined && isProven(context, userKeys));
  else if (context.method !== passwordMethod) settle(false);
  else if (context.method === 'password') settle(context.password === password);
  else if (context.method === 'keyboard-interactive') {
    const asked = prompts.map((prompt) => ({ prompt, echo: false }));
    context.prompt(asked, (answers) => settle(prompts.length === 1 && answers[0] === password));
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
