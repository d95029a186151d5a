/** `npm run test:unit`: the tests that start no server and no process. */
import all from './ava.config.js';
import { unitTests } from './sync-task/test/kit/unit-tests.ts';

export default { ...all, files: unitTests() };
