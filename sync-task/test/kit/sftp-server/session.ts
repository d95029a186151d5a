/**
 * One SFTP session on one channel. ssh2 hands over the plain channel (its `subsystem` event) instead of its own SFTP
 * server, because that one can't announce extensions, can't answer an extended request with data, and makes text of
 * every name, which mangles those that are not UTF-8.
 */
import type { Duplex } from 'node:stream';
import { answerQueue } from './answer-queue.ts';
import { offeredExtensions } from './extensions.ts';
import type { FaultTriggers } from './fault-triggers.ts';
import { MAX_PACKET_BYTES } from './file-requests.ts';
import type { RequestName } from './options.ts';
import { requestHandlers, type SessionContext } from './request-handlers.ts';
import { RequestRefused, status, statusOf, textOf } from './status.ts';
import {
  answer,
  answerTypes,
  type Fields,
  fieldsOf,
  packetCutter,
  requestNames,
  versionAnswer,
  withId,
} from './wire.ts';

const LATE_MS = 3;

export interface SessionHooks {
  readonly triggers: FaultTriggers;
  /** Cuts the connection that carries this session. */
  drop(): void;
  onRequest(request: RequestName): void;
}

const FOR_EVER = Number.POSITIVE_INFINITY;

export function serveSession(channel: Duplex, context: SessionContext, hooks: SessionHooks): void {
  const { counters, faults, handles } = context;
  const { triggers } = hooks;
  const answers = answerQueue(channel, faults);
  let silent = false;
  let ended = false;
  let writing = 0;

  function receive(packet: Buffer): void {
    if (ended) return;
    const type = packet.readUInt8(0);
    if (requestNames[type] === 'INIT') {
      count('INIT');
      silent ||= triggers.strikes(faults.silentAtRequest, 'INIT');
      const odd = faults.oddAnswerAtRequest;
      if (triggers.strikes(faults.dropAtRequest, 'INIT')) end();
      else if (odd && triggers.strikes(odd, 'INIT', FOR_EVER)) answers.push(answer(odd.answer));
      else if (!silent) answers.push(versionAnswer(offeredExtensions(faults)));
      return;
    }
    const fields = fieldsOf(packet, 1);
    const id = fields.uint32();
    const name = nameOf(type, fields);
    count(name);
    silent ||= triggers.strikes(faults.silentAtRequest, name);
    const drops = triggers.strikes(faults.dropAtRequest, name);
    if (faults.sideBySide && late(name, packet, id)) return;
    const result = drops && !faults.dropAtRequest?.executed ? undefined : withId(carryOut(name, fields), id);
    if (drops || triggers.bytesReached()) end();
    else if (result && !silent) answers.push(result);
  }

  /** Requests that were put off, and the CLOSE behind them. */
  function late(name: RequestName, packet: Buffer, id: number): boolean {
    const waits = name === 'CLOSE' && writing > 0;
    if (name !== 'READ' && name !== 'WRITE' && !waits) return false;
    const kept = Buffer.from(packet);
    if (name === 'WRITE') writing++;
    setTimeout(() => {
      if (ended) return;
      if (waits && late(name, kept, id)) return;
      if (name === 'WRITE') writing--;
      const fields = fieldsOf(kept, 1);
      fields.uint32();
      answers.push(withId(carryOut(name, fields), id));
      answers.flush();
    }, LATE_MS);
    return true;
  }

  function count(name: RequestName): void {
    counters.requests.set(name, (counters.requests.get(name) ?? 0) + 1);
    hooks.onRequest(name);
  }

  function carryOut(name: RequestName, fields: Fields): Buffer {
    try {
      const fault = faults.failAtRequest;
      if (triggers.strikes(fault, name, fault?.times)) throw new RequestRefused(fault?.status ?? status.failure);
      const odd = faults.oddAnswerAtRequest;
      if (odd && triggers.strikes(odd, name, FOR_EVER)) return answer(odd.answer);
      const handler = requestHandlers[name];
      if (!handler || (name.includes('@') && !offeredExtensions(faults).has(name)))
        throw new RequestRefused(status.unsupported);
      return handler(fields, context) ?? statusAnswer(status.ok);
    } catch (error) {
      return statusAnswer(statusOf(error));
    }
  }

  /** Cut before what is still queued has left. */
  function end(): void {
    ended = true;
    answers.close();
    hooks.drop();
  }

  const cut = packetCutter(() => faults.maxPacketBytes ?? MAX_PACKET_BYTES, receive);
  channel.on('data', (bytes: Buffer) => {
    if (ended) return;
    try {
      cut(bytes);
    } catch {
      end(); // not SFTP, or too long: there is nobody to answer to
    }
    if (!ended) answers.flush();
  });
  channel.on('end', () => channel.end());
  counters.sessions++;
  counters.openSessions++;
  channel.once('close', () => {
    ended = true;
    answers.close();
    handles.closeAll();
    counters.openSessions--;
  });
}

function nameOf(type: number, fields: Fields): RequestName {
  const name = requestNames[type] ?? `type ${type}`;
  return name === 'EXTENDED' ? fields.bytes().toString('latin1') : name;
}

function statusAnswer(code: number): Buffer {
  return answer(answerTypes.STATUS, code, Buffer.from(textOf(code)), Buffer.alloc(0));
}
