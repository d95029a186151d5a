/** `npm run test:faults`: everything that tries to break a transfer. Not part of `npm test`: it takes minutes. */
export default {
  extensions: ['ts'],
  files: ['sync-task/test/faults/**/*.test.ts'],
  // Each file starts processes of its own; more at once would only slow each other down.
  concurrency: 2,
  // For a test that hangs: the slowest one takes a minute or two.
  timeout: '9m',
};
