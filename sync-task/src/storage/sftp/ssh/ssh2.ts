/** The parts of ssh2 that are used. The whole package loads HTTP, HTTPS and TLS too, at every start. */
import './kept-ciphers.ts'; // first: see there
import type { BaseAgent as Agent } from 'ssh2';
import agent from 'ssh2/lib/agent.js';
import Client from 'ssh2/lib/client.js';
import keyParser from 'ssh2/lib/protocol/keyParser.js';

export { hasNativeCiphers } from './kept-ciphers.ts';
export { Client };
export const { parseKey } = keyParser;
export const { BaseAgent, createAgent } = agent;
export type BaseAgent = Agent;
