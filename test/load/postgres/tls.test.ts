import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { checkPostgres } from '../../../src/load/destinations/postgres/check.ts';
import { decideEncryption } from '../../../src/load/destinations/postgres/encryption.ts';
import { clientConfig } from '../../../src/load/destinations/postgres/session.ts';
import { type PostgresServer, startPostgres, withoutPostgres } from '../../helpers/postgres.ts';

const openssl = (folder: string, ...args: string[]) =>
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });

/** Two authorities, and a certificate for `localhost` that the first one has signed. */
function makeCertificates(folder: string): void {
  for (const ca of ['ca', 'stranger'])
    openssl(
      folder,
      ...`req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=${ca} -keyout ${ca}.key -out ${ca}.crt`.split(
        ' ',
      ),
    );
  openssl(
    folder,
    ...'req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr'.split(' '),
  );
  writeFileSync(join(folder, 'san.cnf'), 'subjectAltName=DNS:localhost');
  openssl(
    folder,
    ...'x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile san.cnf -out server.crt'.split(
      ' ',
    ),
  );
}

describe.skipIf(withoutPostgres())('sslmode means what it means to libpq', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-tls-'));
  let server: PostgresServer;
  const file = (name: string) => join(folder, name);
  beforeAll(async () => {
    makeCertificates(folder);
    chmodSync(folder, 0o755);
    if (process.getuid?.() === 0) {
      const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
      chownSync(file('server.key'), id('-u'), id('-g'));
    }
    chmodSync(file('server.key'), 0o600);
    server = await startPostgres({
      ssl: 'on',
      ssl_cert_file: file('server.crt'),
      ssl_key_file: file('server.key'),
    });
  });
  afterAll(async () => {
    await server?.remove();
    rmSync(folder, { recursive: true });
  });

  /** Whether the connection is encrypted; rejects when there is none. */
  async function isEncrypted(parameters: string, host = 'localhost'): Promise<unknown> {
    const url = `postgres://postgres@${host}:${server.port}/postgres?${parameters}`;
    const client = new pg.Client(clientConfig(await decideEncryption(url), 'test'));
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ ssl: string }>(
        'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
      );
      return rows[0]!.ssl === 't';
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  it.each<[string, string, boolean]>([
    ['sslmode=disable', 'localhost', false],
    ['sslmode=prefer', 'localhost', true],
    ['sslmode=allow', '127.0.0.1', true],
    ['sslmode=require', 'localhost', true],
    ['sslmode=require', '127.0.0.1', true],
    ['sslmode=require&sslrootcert=ca.crt', '127.0.0.1', true],
    ['sslrootcert=ca.crt', '127.0.0.1', true],
    ['sslmode=verify-ca&sslrootcert=ca.crt', '127.0.0.1', true],
    ['sslmode=verify-full&sslrootcert=ca.crt', 'localhost', true],
  ])('connects with %s to %s', async (parameters, host, encrypted) => {
    const withFiles = parameters.replace(
      /sslrootcert=(.*)/,
      (_, name: string) => `sslrootcert=${encodeURIComponent(file(name))}`,
    );
    expect(await isEncrypted(withFiles, host)).toBe(encrypted);
  });

  it('prefers encryption, goes on without where the server has none, and has doctor say so', async () => {
    const plain = await startPostgres();
    onTestFinished(() => plain.remove());
    const url = `${plain.url()}?sslmode=prefer`;
    expect(await decideEncryption(url)).toMatch(/sslmode=disable$/);
    const { warning } = await checkPostgres({
      type: 'postgres',
      url,
      queryUrl: url,
      schema: 'public',
      poolSize: 2,
    });
    expect(warning?.found).toMatch(/not encrypted/);
    const away = decideEncryption('postgres://postgres@127.0.0.1:1/postgres?sslmode=prefer');
    await expect(away).rejects.toMatchObject({ code: 'destination_unavailable' });
  });

  it('doctor names what is missing where nothing known has signed the certificate', async () => {
    const url = `postgres://postgres@localhost:${server.port}/postgres?sslmode=verify-full`;
    const checked = checkPostgres({ type: 'postgres', url, schema: 'public', poolSize: 2 });
    await expect(checked).rejects.toMatchObject({
      code: 'destination_unavailable',
      message: expect.stringMatching(/certificate; name .* sslrootcert=FILE/) as string,
    });
  });

  it.each<[string, string, RegExp]>([
    ['sslmode=require&sslrootcert=stranger.crt', 'localhost', /certificate/],
    ['sslmode=verify-ca&sslrootcert=stranger.crt', 'localhost', /certificate/],
    ['sslmode=verify-full&sslrootcert=ca.crt', '127.0.0.1', /altnames|IP/],
    ['sslmode=verify-full', 'localhost', /certificate/],
    ['sslmode=verify-full&sslrootcert=system', 'localhost', /certificate/],
    ['sslmode=verify-ca', 'localhost', /needs sslrootcert/],
    ['sslmode=verify-ca&sslrootcert=nowhere.crt', 'localhost', /sslrootcert can't be read/],
    ['sslmode=Require', 'localhost', /use disable, allow, prefer, require, verify-ca or verify-full/],
  ])('refuses %s to %s', async (parameters, host, why) => {
    const withFiles = parameters.replace(
      /sslrootcert=(.*crt)/,
      (_, name: string) => `sslrootcert=${encodeURIComponent(file(name))}`,
    );
    await expect(isEncrypted(withFiles, host)).rejects.toThrow(why);
  });
});
