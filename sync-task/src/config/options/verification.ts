/** What the command `verify` does. */
import type { Option } from './option.ts';

export const verificationOptions = {
  checksum: {
    kind: 'choice',
    group: 'Verification',
    commands: ['verify'],
    describe:
      "what verify compares: sizes and times alone; also the target's content with what was recorded; or the source's too",
    choices: ['none', 'target', 'both'],
    default: 'none',
  },
  repair: {
    kind: 'flag',
    group: 'Verification',
    commands: ['verify'],
    describe: 'verify: copy again what was lost or changed at the target, where the source still has it',
    default: false,
  },
} as const satisfies Record<string, Option>;
