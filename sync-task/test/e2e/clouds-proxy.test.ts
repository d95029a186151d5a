/** S3, Azure and Google Cloud through a company's proxy. */

import { once } from 'node:events';
import { request as forward } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import test from 'ava';
import { makeAuthority } from '../kit/certificates.ts';
import { newFolders, put, runCommand } from '../kit/job.ts';
import { needs } from '../kit/needs.ts';
import { pairKinds, pairServices } from '../kit/pair-places.ts';
import { startProxy } from '../kit/proxy.ts';
import { startS3Server } from '../kit/s3-server.ts';

const services = pairServices();
test.after.always(() => services[Symbol.asyncDispose]());

for (const kind of ['s3', 'az', 'gs'] as const) {
  needs(...pairKinds[kind])(`${kind}: through the proxy, around it, and where it is dead`, async (t) => {
    const { source, state: first } = await newFolders(t);
    const root = dirname(first);
    await put(source, 'a.txt', 'content');
    const cleaning = new AsyncDisposableStack();
    t.teardown(() => cleaning.disposeAsync());
    const proxy = await startProxy();
    t.teardown(() => proxy.stop());
    const guarded = await startProxy({ user: 'me', password: 'pass-word-7' });
    t.teardown(() => guarded.stop());
    const service = await services.open(kind, root, cleaning);
    const run = async (variables: Record<string, string>) => {
      const { environment, ground } = await service.place('TARGET');
      const args = [
        'sync',
        '--source',
        `file://${source}`,
        '--state',
        `sqlite://${root}/${Math.random()}.db`,
        '--attempts',
        '1',
      ];
      const outcome = await runCommand(args, { ...environment, ...variables });
      return { ...outcome, names: outcome.code === 0 ? await ground.names() : [] };
    };
    const here = `http://127.0.0.1:${proxy.port}`;
    for (const variables of [
      { HTTP_PROXY: here, HTTPS_PROXY: here, NO_PROXY: '' },
      { http_proxy: here },
      { SYNC_TASK_TARGET_PROXY: here, NO_PROXY: '*' },
      { SYNC_TASK_TARGET_PROXY: `socks5://127.0.0.1:${proxy.port}` },
    ]) {
      const before = proxy.asked.length;
      const { code, names, stderr } = await run(variables);
      t.deepEqual([code, names], [0, ['a.txt']], stderr);
      t.true(proxy.asked.length > before, JSON.stringify(variables));
    }
    const before = proxy.asked.length;
    t.is((await run({ HTTP_PROXY: here, NO_PROXY: '10.0.0.0/8,127.0.0.1' })).code, 0);
    t.is(proxy.asked.length, before);

    const dead = await run({ HTTP_PROXY: 'http://127.0.0.1:1' });
    t.is(dead.code, 75, dead.stderr);
    t.regex(
      dead.errors[0] ?? '',
      /cannot connect through the proxy http:\/\/127\.0\.0\.1:1: ECONNREFUSED; check HTTP_PROXY/i,
    );

    const login = `me:pass-word-7@127.0.0.1:${guarded.port}`;
    t.is((await run({ HTTP_PROXY: `http://${login}` })).code, 0);
    const wrong = await run({ HTTP_PROXY: `http://${login.replace('7', '8')}` });
    t.is(wrong.code, 77, wrong.stderr);
    t.regex(wrong.errors[0] ?? '', /it did not let us in; check the user and password there; check HTTP_PROXY/i);
    t.false(/pass-word/.test(wrong.stderr + wrong.stdout));
  });
}

needs('versitygw')('https behind a proxy, under a certificate of AWS_CA_BUNDLE', async (t) => {
  await using authority = await makeAuthority('Company');
  const server = await startS3Server();
  t.teardown(() => server.stop());
  const { source, state: first } = await newFolders(t);
  const root = dirname(first);
  await put(source, 'a.txt', 'content');
  await put(join(server.folder, 'landing'), '.keep', '');
  const own = await authority.issue('localhost');
  const front = createSecureServer({ key: own.key, cert: own.certificate }, (incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const onward = forward(server.endpoint, { method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  front.on('checkContinue', (incoming, outgoing) => {
    outgoing.writeContinue();
    front.emit('request', incoming, outgoing);
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  t.teardown(() => {
    front.closeAllConnections();
    front.close();
  });
  const proxy = await startProxy();
  t.teardown(() => proxy.stop());
  const environment = {
    ...server.environment,
    AWS_ENDPOINT_URL_S3: `https://localhost:${(front.address() as AddressInfo).port}`,
    HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
  };
  const args = ['sync', '--source', `file://${source}`, '--target', 's3://landing/in', '--attempts', '1'];
  const state = ['--state', `sqlite://${root}/state.db`];
  const bare = await runCommand([...args, ...state], environment);
  t.is(bare.code, 77, bare.stderr);
  t.regex(bare.stderr, /certificate is not trusted/);
  for (const variable of ['AWS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS']) {
    const trusted = await runCommand([...args, '--state', `sqlite://${root}/${variable}.db`], {
      ...environment,
      [variable]: authority.file,
    });
    t.is(trusted.code, 0, trusted.stderr);
  }
  t.true(proxy.asked.length > 2);
  const missing = await runCommand([...args, ...state], { ...environment, AWS_CA_BUNDLE: join(root, 'none') });
  t.is(missing.code, 64);
  t.regex(missing.stderr, /AWS_CA_BUNDLE: .*none cannot be read \(ENOENT\)/);
});
