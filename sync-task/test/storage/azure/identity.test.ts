/** Tokens of identities, against stand-ins of the places that give them; what they are good for, against Azurite. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../../src/base/errors.ts';
import { machineIdentity } from '../../../src/storage/azure/identity.ts';
import type { Ask } from '../../../src/storage/objects/web-request.ts';
import type { OpenOptions } from '../../../src/storage/storage-module.ts';
import { startAzurite } from '../../kit/azurite.ts';
import { newFolders, put, runCommand, treeOf } from '../../kit/job.ts';
import { needs } from '../../kit/needs.ts';
import { silentLog } from '../../kit/sftp-storage.ts';

interface Asked {
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly form: URLSearchParams;
}

/** Answers with these, the last one again and again. */
async function tokenService(t: ExecutionContext, ...answers: readonly (readonly [number, object])[]) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    asked.push({ url, headers: request.headers, form: new URLSearchParams(await text(request)) });
    const [status, body] = answers[Math.min(asked.length, answers.length) - 1] ?? [500, {}];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function identityWith(variables: Readonly<Record<string, string>>) {
  const options = {
    endpoint: { variable: (name: string) => variables[name] },
    role: 'target',
    settings: { connectTimeoutMs: 60_000 },
    log: silentLog,
  };
  return machineIdentity(options as unknown as OpenOptions, fetch as Ask);
}

test('the metadata service of a machine', async (t) => {
  const endsAt = Math.floor(Date.now() / 1000) + 3600;
  const { url, asked } = await tokenService(t, [200, { access_token: 'abc', expires_on: String(endsAt) }]);
  const identity = identityWith({
    AZURE_STORAGE_AUTH_MODE: 'login',
    AZURE_POD_IDENTITY_AUTHORITY_HOST: url,
    AZURE_CLIENT_ID: 'mine',
  });
  t.deepEqual(await identity?.getToken(), { token: 'abc', expiresOnTimestamp: endsAt * 1000 });
  t.is(asked[0]?.url.pathname, '/metadata/identity/oauth2/token');
  t.is(asked[0]?.headers['metadata'], 'true');
  t.deepEqual(Object.fromEntries(asked[0]?.url.searchParams ?? []), {
    'api-version': '2018-02-01',
    resource: 'https://storage.azure.com/',
    client_id: 'mine',
  });
});

test('a federated token is exchanged, read anew each time', async (t) => {
  const { url, asked } = await tokenService(t, [200, { access_token: 'abc', expires_in: 600 }]);
  const variables = {
    AZURE_FEDERATED_TOKEN: 'first',
    AZURE_CLIENT_ID: 'client',
    AZURE_TENANT_ID: 'tenant',
    AZURE_AUTHORITY_HOST: url,
  };
  const identity = identityWith(variables);
  const { expiresOnTimestamp = 0 } = (await identity?.getToken()) ?? {};
  t.true(Math.abs(expiresOnTimestamp - Date.now() - 600_000) < 60_000);
  variables.AZURE_FEDERATED_TOKEN = 'second';
  await identity?.getToken();
  t.is(asked[0]?.url.pathname, '/tenant/oauth2/v2.0/token');
  t.like(Object.fromEntries(asked[0]?.form ?? []), {
    grant_type: 'client_credentials',
    client_id: 'client',
    scope: 'https://storage.azure.com/.default',
  });
  t.deepEqual(
    asked.map(({ form }) => form.get('client_assertion')),
    ['first', 'second'],
  );
});

test('the endpoint of Container Apps', async (t) => {
  const { url, asked } = await tokenService(t, [200, { access_token: 'abc', expires_on: 2_000_000_000 }]);
  const identity = identityWith({ IDENTITY_ENDPOINT: `${url}/msi/token`, IDENTITY_HEADER: 'h' });
  t.deepEqual(await identity?.getToken(), { token: 'abc', expiresOnTimestamp: 2e12 });
  t.is(asked[0]?.url.pathname, '/msi/token');
  t.is(asked[0]?.headers['x-identity-header'], 'h');
});

test('what passes is waited for, what does not is told', async (t) => {
  const login = { AZURE_STORAGE_AUTH_MODE: 'login' };
  const busy = await tokenService(t, [410, {}], [200, { access_token: 'abc' }]);
  const waited = await identityWith({ ...login, AZURE_POD_IDENTITY_AUTHORITY_HOST: busy.url })?.getToken();
  t.is(waited?.token, 'abc');
  t.true(Number.isFinite(waited?.expiresOnTimestamp));
  const none = await tokenService(t, [
    400,
    { error: 'invalid_request', error_description: 'Identity not found\r\nmore' },
  ]);
  const refused = identityWith({ ...login, AZURE_POD_IDENTITY_AUTHORITY_HOST: none.url });
  const error = await t.throwsAsync(async () => refused?.getToken(), { instanceOf: SyncError });
  t.like(error, { kind: 'permission', reason: 'identity' });
  t.regex(error.message, /\(400 Identity not found\); check the identity/);
  const absent = identityWith({ ...login, AZURE_POD_IDENTITY_AUTHORITY_HOST: 'http://127.0.0.1:9' });
  t.like(await t.throwsAsync(async () => absent?.getToken()), { kind: 'transient', reason: 'identity' });
});

test('without a word of it there is none; half of it is a mistake', (t) => {
  t.is(identityWith({ AZURE_CLIENT_ID: 'x' }), undefined);
  t.throws(() => identityWith({ AZURE_FEDERATED_TOKEN: 'x' }), { message: /AZURE_CLIENT_ID and AZURE_TENANT_ID/ });
  t.throws(() => identityWith({ AZURE_STORAGE_AUTH_MODE: 'key' }), { message: /not "key"/ });
});

needs('Azurite')('the command with an identity alone, and one that is refused', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-tls-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, ...subject],
    {
      stdio: 'pipe',
    },
  );
  const server = await startAzurite({ certificate, key });
  t.teardown(() => server.stop());
  const nowSeconds = Math.floor(Date.now() / 1000);
  const claims = { aud: 'https://storage.azure.com', iss: 'https://sts.windows.net/tenant/', ver: '1.0' };
  const times = { nbf: nowSeconds - 60, iat: nowSeconds - 60, exp: nowSeconds + 3600 };
  const tokenOf = (content: object) =>
    [{ alg: 'none', typ: 'JWT' }, content]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
  const good = await tokenService(t, [
    200,
    { access_token: `${tokenOf({ ...claims, ...times })}.x`, expires_in: 3600 },
  ]);
  const bad = await tokenService(t, [
    200,
    { access_token: `${tokenOf({ ...times, aud: 'other' })}.x`, expires_in: 3600 },
  ]);
  const folders = await newFolders(t);
  await put(folders.source, 'sub/file', 'content');
  const job = {
    ...folders.environment,
    NODE_EXTRA_CA_CERTS: certificate,
    SYNC_TASK_TARGET: 'az://landing/in',
    AZURE_STORAGE_ACCOUNT: server.account,
    AZURE_STORAGE_SERVICE_ENDPOINT: server.url,
    AZURE_STORAGE_AUTH_MODE: 'login',
  };
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'; // the test's own client, of a server that was started a moment ago
  await server.newContainer('landing');
  const refused = await runCommand(['sync'], { ...job, AZURE_POD_IDENTITY_AUTHORITY_HOST: bad.url });
  t.is(refused.code, 77, refused.stderr);
  const { code, result, stderr } = await runCommand(['sync'], { ...job, AZURE_POD_IDENTITY_AUTHORITY_HOST: good.url });
  t.is(code, 0, stderr);
  t.is(result.files.copied, 1);
  t.is(good.asked.length, 1, 'one token for all requests');
  const back = {
    ...job,
    SYNC_TASK_PIPELINE: 'back',
    SYNC_TASK_SOURCE: 'az://landing/in',
    SYNC_TASK_TARGET: `file://${folders.target}`,
  };
  const ended = await runCommand(['sync'], { ...back, AZURE_POD_IDENTITY_AUTHORITY_HOST: good.url });
  t.is(ended.code, 0, ended.stderr);
  t.deepEqual(await treeOf(folders.target), await treeOf(folders.source));
});
