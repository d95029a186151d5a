/** Logging in to one SSH server, the one that is meant or one on the way there. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type ssh2 from 'ssh2';
import type { AnyAuthMethod, ConnectConfig } from 'ssh2';
import { SyncError } from '../../../base/errors.ts';
import type { Credentials } from '../../../config/settings.ts';
import { doubtOf } from './certificate.ts';
import { hostKeyCheck } from './host-key.ts';
import { type Identities, identities } from './identities.ts';
import { fingerprint } from './known-hosts.ts';
import { asksForPassword, loginOrder } from './login-order.ts';
import { goOnAfterPart, signPlainly } from './ssh2-insides.ts';

export interface SshServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly credentials: Credentials;
  readonly legacyAlgorithms: boolean;
  /** For messages. */
  readonly label: string;
  readonly role: 'source' | 'target';
  /** What the variables of its secrets begin with. */
  readonly variable: string;
}

export interface LoginOptions {
  /** Types of host keys that are not to be shown: they were, and are not the one that is known. */
  readonly otherTypes: Set<string>;

  readonly connectTimeoutMs: number;
  readonly keepaliveMs: number;
}

/** Of the ciphers that both sides know the fastest goes first: AES-GCM has hardware and no separate MAC. */
const FAST_CIPHERS = ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com'] as const;
const RSA_ALGORITHMS = ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] as const;
/** With known weaknesses, for servers that know nothing better; only where the user says so. */
const LEGACY: ssh2.Algorithms = {
  kex: appended('diffie-hellman-group14-sha1', 'diffie-hellman-group-exchange-sha1', 'diffie-hellman-group1-sha1'),
  hmac: appended('hmac-sha1', 'hmac-md5'),
};
const LEGACY_CIPHERS = ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'] as const;
const KEEPALIVES_UNANSWERED = 3;

/**
 * Checks the host key and logs in, on a stream that leads to the server. Resolves to the key's fingerprint. Throws `transient`,
 * `permission` or `permanent`.
 */
export function logIn(client: ssh2.Client, socket: Duplex, server: SshServer, times: LoginOptions): Promise<string> {
  const { credentials, host, port } = server;
  const hostKeys = hostKeyCheck(credentials, host, port, { ...server, types: times.otherTypes });
  const asked: string[] = [];
  let goOn: ReturnType<typeof goOnAfterPart> | undefined;
  let giveUp: (() => void) | undefined;
  const unanswered = (prompt: string) => {
    asked.push(prompt);
    // There is nothing to answer with, and it is asked last.
    if (credentials.password === undefined) process.nextTick(() => giveUp?.());
  };
  const keysOf = identities(server, (algorithm) => signPlainly(client, algorithm));
  const next = loginOrder(authentication(server, keysOf, unanswered));
  let refusedKey: SyncError | undefined;
  let agentError: Error | undefined;
  let shownKey = '';
  return new Promise((resolve, reject) => {
    const config: ConnectConfig = {
      sock: socket as Socket,
      username: server.user,
      readyTimeout: times.connectTimeoutMs,
      keepaliveInterval: times.keepaliveMs,
      keepaliveCountMax: KEEPALIVES_UNANSWERED,
      algorithms: {
        cipher: {
          remove: [...FAST_CIPHERS],
          prepend: [...FAST_CIPHERS],
          append: server.legacyAlgorithms ? [...LEGACY_CIPHERS] : [],
        },
        ...(server.legacyAlgorithms ? LEGACY : {}),
        serverHostKey: hostKeyAlgorithms(hostKeys.preferredTypes, times.otherTypes),
      },
      hostVerifier: (key: Buffer) => {
        refusedKey = hostKeys.refuse(key);
        shownKey = fingerprint(key);
        return refusedKey === undefined;
      },
      authHandler: (left, partly, go) => {
        const said = goOn?.();
        // Its types know neither the first call nor the end.
        const method = next(
          said?.left ?? (left as string[] | null) ?? undefined,
          said?.partly ?? (partly as boolean | null) ?? false,
        );
        (go as (method: AnyAuthMethod | false) => void)(method ?? false);
      },
    };
    client.on('error', (error: Error & { level?: string }) => {
      // ssh2 goes on with what comes after the agent, and says so again when nothing is left.
      if (error.level === 'agent') agentError ??= error;
      else reject(refusedKey ?? explain(error, server, { agentError, asked, keysOf }));
    });
    giveUp = () => reject(explain(new Error('the server asked for more'), server, { agentError, asked, keysOf }));
    client.once('close', () =>
      reject(refusedKey ?? explain(new Error('the server closed the connection'), server, { asked, keysOf })),
    );
    client.once('ready', () => resolve(shownKey));
    client.connect(config);
    goOn = goOnAfterPart(client);
  });
}

/** Keys first: a server allows few tries, and gets a password only where no key does. */
function authentication(
  { user: username, credentials: { password } }: SshServer,
  keys: Identities,
  unanswered: (prompt: string) => void,
): readonly AnyAuthMethod[] {
  const methods: AnyAuthMethod[] = [{ type: 'none', username }, ...keys.methods];
  if (password !== undefined) methods.push({ type: 'password', username, password });
  methods.push({
    type: 'keyboard-interactive',
    username,
    prompt(_name, _instructions, _language, prompts, answer) {
      const isAnswered = (prompt: string) => password !== undefined && asksForPassword(prompt);
      for (const { prompt } of prompts) if (!isAnswered(prompt)) unanswered(prompt.trim());
      // The password answers no other question.
      if (password !== undefined) answer(prompts.map(({ prompt }) => (isAnswered(prompt) ? password : '')));
    },
  });
  return methods;
}

function appended<A extends string>(...names: A[]): ssh2.AlgorithmList<A> {
  return { append: names, prepend: [], remove: [] } as unknown as ssh2.AlgorithmList<A>;
}

/** ssh2 keeps an algorithm's place when it is listed already, so it is removed first. */
function hostKeyAlgorithms(
  types: readonly string[],
  others: ReadonlySet<string>,
): ssh2.AlgorithmList<ssh2.ServerHostKeyAlgorithm> {
  const algorithms = (type: string) => (type === 'ssh-rsa' ? RSA_ALGORITHMS : [type]);
  const first = types.flatMap(algorithms);
  const known = first.filter((type) =>
    /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|rsa-sha2-(256|512)|ssh-rsa)$/.test(type),
  );
  const without = [...others].flatMap(algorithms);
  const prepended = known.filter((type) => !without.includes(type));
  return {
    remove: [...known, ...without],
    prepend: prepended,
    append: [],
  } as unknown as ssh2.AlgorithmList<ssh2.ServerHostKeyAlgorithm>;
}

interface Told {
  readonly agentError?: Error | undefined;
  /** Prompts that were not answered. */
  readonly asked?: readonly string[];
  readonly keysOf?: Identities;
}

function explain(
  error: Error & { level?: string },
  server: SshServer,
  { agentError, asked = [], keysOf }: Told = {},
): SyncError {
  const { label, variable, user, role, credentials } = server;
  const tooMany = /too many authentication failures/i.test(error.message);
  const agent = agentError ? `; the agent at SSH_AUTH_SOCK could not be asked (${agentError.message})` : '';
  if (asked.length > 0 && asked.every(asksForPassword)) {
    return new SyncError(
      `${label}: user ${user} was not let in: the server asked for ${JSON.stringify(asked[0])}; set ${variable}_PASSWORD, or check the user name and ${variable}_PRIVATE_KEY${agent}`,
      { kind: 'permission', reason: 'authentication', cause: error },
    );
  }
  if (asked.length > 0) {
    const prompts = [...new Set(asked)].map((prompt) => JSON.stringify(prompt)).join(' and ');
    return new SyncError(
      `${label}: user ${user} was not let in: the server asked for ${prompts}, which no setting answers; ask its operator for a key login, or for an account without it`,
      { kind: 'permission', reason: 'authentication', cause: error },
    );
  }
  if (error.level === 'client-authentication' || tooMany) {
    const keys = credentials.privateKey?.match(/-----BEGIN/g)?.length ?? 0;
    const { held = 0, certificates = [] } = keysOf ?? {};
    const doubt = certificates.map((each) => doubtOf(each, user, Date.now())).find((each) => each !== undefined);
    const many = `the agent holds ${held} keys and a server allows few tries (OpenSSH's MaxAuthTries is 6): give --${role}-identities-only, and the public half of the right one as ${variable}_PRIVATE_KEY`;
    const advice = doubt
      ? doubt
      : tooMany && held > keys && !credentials.identitiesOnly
        ? many
        : tooMany || keys > 2
          ? `give fewer keys in ${variable}_PRIVATE_KEY: a server allows few tries (OpenSSH's MaxAuthTries is 6)`
          : `check the user name and ${variable}_PASSWORD or ${variable}_PRIVATE_KEY`;
    return new SyncError(`${label}: user ${user} was not let in; ${advice}${agent}`, {
      kind: 'permission',
      reason: 'authentication',
      cause: error,
    });
  }
  if (/no matching/i.test(error.message)) {
    return new SyncError(
      `${label}: no common algorithm (${error.message}); the server may be too old (--${role}-legacy-algorithms) or too strict`,
      { kind: 'permanent', reason: 'no-common-algorithm', cause: error },
    );
  }
  return new SyncError(`${label}: SSH failed (${error.message}); check that an SSH server listens there`, {
    kind: 'transient',
    reason: 'unreachable',
    cause: error,
  });
}
