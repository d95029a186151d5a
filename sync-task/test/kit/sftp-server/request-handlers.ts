/** Every request by its name. A handler answers, or throws: a system error or `RequestRefused` becomes a status. */

import type { ConfinedPaths } from './confined-paths.ts';
import { extensionHandlers } from './extensions.ts';
import { fileHandlers } from './file-requests.ts';
import type { Handles } from './handles.ts';
import { nameHandlers } from './name-requests.ts';
import type { Counters, Faults } from './options.ts';
import type { Fields } from './wire.ts';

export interface SessionContext {
  readonly paths: ConfinedPaths;
  readonly handles: Handles;
  readonly faults: Faults;
  readonly counters: Counters;
}

/** Returns a whole packet, or nothing for plain success. */
export type Handler = (fields: Fields, context: SessionContext) => Buffer | undefined;

export type Handlers = Readonly<Record<string, Handler>>;

export const requestHandlers: Handlers = { ...fileHandlers, ...nameHandlers, ...extensionHandlers };
