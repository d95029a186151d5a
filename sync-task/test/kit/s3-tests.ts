/** AVA's `test` where versitygw is there; else one that declares nothing, and says once that S3 was not tried. */
import test, { type TestFn } from 'ava';
import { versitygwIsThere } from './s3-server.ts';

export const s3Test: TestFn = versitygwIsThere ? test : leftOut();

function leftOut(): TestFn {
  const why = 'versitygw is not there: run scripts/test-servers.sh (needs Go) to test against it';
  test(`S3: ${why}`, (t) => {
    t.log(why);
    t.pass();
  });
  const nothing: TestFn = new Proxy((() => undefined) as unknown as TestFn, { get: () => nothing });
  return nothing;
}
