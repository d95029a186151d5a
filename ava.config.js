/** Of everything that tests draw at random; give it again to see the same. */
const seed = process.env.TEST_SEED ?? String(Date.now() % 2 ** 31);
console.error(`properties: TEST_SEED=${seed}`);

export default {
  extensions: ['ts'],
  files: ['sync-task/test/**/*.test.ts', 'bench/test/**/*.test.ts', '!sync-task/test/faults/**'],
  environmentVariables: { TEST_SEED: seed },
  require: ['./sync-task/test/kit/seed.ts'],
  timeout: '3m',
  // ssh2's native addon aborts when a worker thread ends with a connection that was not collected yet.
  workerThreads: false,
};
