import { join } from 'node:path';

/** Of everything that tests draw at random; give it again to see the same. */
const seed = process.env.TEST_SEED ?? String(Date.now() % 2 ** 31);
console.error(`properties: TEST_SEED=${seed}`);

/** Those that take longest start first, or the last of them would run alone. */
const longest = [
  'e2e/opening',
  'e2e/pairs',
  'e2e/clouds',
  's3/s3-storage',
  'sftp/sftp-storage',
  'e2e/places',
  'e2e/s3',
  'e2e/dedup',
];
const rank = (file) => {
  const found = longest.findIndex((name) => file.endsWith(`${name}.test.ts`));
  return found === -1 ? longest.length + (file.includes('/e2e/') ? 0 : 1) : found;
};

export default {
  extensions: ['ts'],
  files: ['sync-task/test/**/*.test.ts', 'bench/test/**/*.test.ts', '!sync-task/test/faults/**'],
  environmentVariables: {
    TEST_SEED: seed,
    // Node compiles what tests import once, not once a file.
    NODE_COMPILE_CACHE: join(import.meta.dirname, '.cache/compiled'),
  },
  require: ['./sync-task/test/kit/seed.ts'],
  sortTestFiles: (one, other) => rank(one) - rank(other) || (one < other ? -1 : 1),
  timeout: '3m',
  // ssh2's native addon aborts when a worker thread ends with a connection that was not collected yet.
  workerThreads: false,
};
