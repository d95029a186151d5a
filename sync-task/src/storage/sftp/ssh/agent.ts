/** An agent's keys, chosen and counted: a server allows few tries, and each key that is shown is one. */
import { connect } from 'node:net';
import type { ParsedKey } from 'ssh2';
import { type Certificate, type CertifiedKey, certificateOf, certifiedBy, fieldsOf } from './certificate.ts';
import { BaseAgent, createAgent } from './ssh2.ts';

export interface AgentOptions {
  /** Public halves, as they go over the wire: only keys among these are shown. Undefined: all. */
  readonly only: readonly Buffer[] | undefined;
  /** Shown before the keys that they are for, where the agent holds those. */
  readonly certificates: readonly Certificate[];
  /** Called right before what is signed is sent, with the algorithm that the signature is to name. */
  onSign(algorithm: string): void;
  /** How many keys it holds. */
  onKeys(held: number): void;
}

type Called<T> = (error?: Error | null, value?: T) => void;

/** @param socket path of its socket */
export function chosenKeys(socket: string, { only, certificates: given, onSign, onKeys }: AgentOptions): BaseAgent {
  const agent = createAgent(socket);
  const behind = new Map<unknown, CertifiedKey>();

  function choose(keys: readonly ParsedKey[], own: readonly Certificate[]): ParsedKey[] {
    const isNamed = (key: ParsedKey) =>
      only === undefined ||
      only.some((each) => each.equals(key.getPublicSSH())) ||
      certifiedBy(given, key, onSign).length > 0;
    const shown = keys.filter(isNamed);
    const certificates = [...given, ...own.filter(({ blob }) => !given.some((each) => each.blob.equals(blob)))];
    const certificated = shown.flatMap((key) => certifiedBy(certificates, key, onSign));
    for (const each of certificated) behind.set(each.shown, each);
    return [...certificated.map((each) => each.shown), ...shown];
  }

  const chosen = {
    getIdentities(callback: Called<ParsedKey[]>): void {
      agent.getIdentities((error, held = []) => {
        if (error) return callback(error);
        onKeys(held.length);
        void certificatesHeld(socket).then((own) => callback(undefined, choose(held as ParsedKey[], own)));
      });
    },
    sign(key: ParsedKey, data: Buffer, options: object, callback: Called<Buffer>): void {
      const certificated = behind.get(key);
      if (!certificated) {
        agent.sign(key, data, options, callback);
        return;
      }
      const { hash, signs } = certificated.kind;
      agent.sign(certificated.key, data, hash === undefined ? {} : { hash }, (error, signature) => {
        if (!error) onSign(signs);
        callback(error, signature as Buffer);
      });
    },
  };
  // ssh2 takes an agent for one by its class.
  return Object.assign(Object.create(BaseAgent.prototype), chosen);
}

const REQUEST_IDENTITIES = Buffer.from([0, 0, 0, 1, 11]);
const IDENTITIES_ANSWER = 12;
const PATIENCE_MS = 5000;

/** ssh2 leaves out an agent's certificates (draft-miller-ssh-agent section 4.4). None where it does not answer: its keys are there all the same. */
function certificatesHeld(socket: string): Promise<readonly Certificate[]> {
  return new Promise((resolve) => {
    let answer = Buffer.alloc(0);
    const stream = connect(socket);
    const end = (found: readonly Certificate[] = []) => {
      stream.destroy();
      resolve(found);
    };
    stream.setTimeout(PATIENCE_MS, end);
    stream.on('error', () => end()).on('close', () => end());
    stream.on('data', (bytes) => {
      answer = Buffer.concat([answer, bytes]);
      if (answer.length >= 4 && answer.length >= 4 + answer.readUInt32BE(0)) end(certificatesOf(answer.subarray(4)));
    });
    stream.write(REQUEST_IDENTITIES);
  });
}

function certificatesOf(answer: Buffer): readonly Certificate[] {
  if (answer[0] !== IDENTITIES_ANSWER) return [];
  const found: Certificate[] = [];
  try {
    const reader = fieldsOf(answer.subarray(1));
    for (let left = reader.number32(); left > 0; left--) {
      const certificate = certificateOf(reader.string());
      reader.string(); // a comment
      if (certificate) found.push(certificate);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // cut short: what came before counts
  }
  return found;
}
