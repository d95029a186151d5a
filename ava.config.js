export default {
  extensions: ['ts'],
  files: ['sync-task/test/**/*.test.ts', 'bench/test/**/*.test.ts'],
  timeout: '3m',
};
