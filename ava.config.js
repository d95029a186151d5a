export default {
  extensions: ['ts'],
  files: ['sync-task/test/**/*.test.ts', 'bench/test/**/*.test.ts', '!sync-task/test/faults/**'],
  timeout: '3m',
  // ssh2's native addon aborts when a worker thread ends with a connection that was not collected yet.
  workerThreads: false,
};
