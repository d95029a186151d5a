/** Loaded before every file of tests: properties draw from the seed that ava.config.js printed. */
import fc from 'fast-check';

const seed = Number(process.env['TEST_SEED']);
if (Number.isSafeInteger(seed)) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
