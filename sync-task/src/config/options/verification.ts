/** What the command `verify` does. */
import type { Option } from './option.ts';

export const verificationOptions = {
  checksum: {
    kind: 'choice',
    group: 'Verification',
    commands: ['verify'],
    describe:
      "what verify compares: sizes and times; also the target's content with its recorded digest; or the source's content too",
    choices: ['none', 'target', 'both'],
    default: 'none',
  },
  repair: {
    kind: 'flag',
    group: 'Verification',
    commands: ['verify'],
    describe: 'verify: copy lost or changed files again, if the source still has them',
    default: false,
  },
} as const satisfies Record<string, Option>;
