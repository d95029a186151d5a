/** Certificates of an authority of our own, made by the openssl command. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Authority extends AsyncDisposable {
  /** Its certificate, in a file. */
  readonly file: string;
  /** A certificate for that name alone. */
  issue(name: string): Promise<{ readonly key: string; readonly certificate: string }>;
}

export async function makeAuthority(name: string): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-authority-'));
  const openssl = (...options: string[]) => execFileSync('openssl', options, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', `/CN=${name}`);
  return {
    file: join(folder, 'ca.crt'),
    async issue(host) {
      openssl(
        'req',
        ...key,
        '-keyout',
        'own.key',
        '-out',
        'own.csr',
        '-subj',
        '/CN=somebody',
        '-addext',
        `subjectAltName=DNS:${host}`,
      );
      const sign = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-copy_extensions', 'copy', '-days', '2'];
      openssl('x509', '-req', '-in', 'own.csr', '-out', 'own.crt', ...sign);
      const [own, certificate] = await Promise.all(
        ['own.key', 'own.crt'].map((file) => readFile(join(folder, file), 'utf8')),
      );
      return { key: own as string, certificate: certificate as string };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
