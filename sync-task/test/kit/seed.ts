/** Loaded before every test file: properties draw from the seed that ava.config.js prints. */
import fc from 'fast-check';

const seed = Number(process.env['TEST_SEED']);
if (Number.isSafeInteger(seed)) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
