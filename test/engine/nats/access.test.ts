import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { noNatsServer, startNatsServer } from '../../helpers/nats-server.ts';
import { open } from './support.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

describe.skipIf(noNatsServer !== undefined)('how the engine is let in', () => {
  const serverWith = async (config: string) => {
    const server = await startNatsServer(config);
    onTestFinished(() => server.stop());
    return server;
  };
  const works = async (...args: Parameters<typeof open>) => {
    const engine = await open(...args);
    await engine.state.put('key', 1);
    expect(await engine.state.get('key')).toBe(1);
  };

  it('by user and password; with others it is refused, and says what to look at', async () => {
    const server = await serverWith('authorization { user: sentinel, password: "s3cret" }\n');
    await works(server, { user: 'sentinel', password: 's3cret' });
    await expect(open(server, { user: 'sentinel', password: 'wrong' })).rejects.toMatchObject({
      code: 'engine_unavailable',
      message: expect.stringContaining('credentials') as string,
    });
  });

  it('by token', async () => {
    const server = await serverWith('authorization { token: "t0ken" }\n');
    await works(server, { token: 't0ken' });
  });

  it('by a credentials file', async () => {
    const dir = await temporaryFolder();
    const { config, creds } = operatorMode();
    const credentialsPath = join(dir, 'sentinel.creds');
    await writeFile(credentialsPath, creds);
    const server = await serverWith(config);
    await works(server, { credentialsPath });
    await expect(open(server)).rejects.toMatchObject({ code: 'engine_unavailable' });
    await expect(open(server, { credentialsPath: join(dir, 'missing.creds') })).rejects.toMatchObject({
      code: 'config_invalid',
    });
  });

  it('over TLS, with certificates on both sides', async () => {
    const dir = await temporaryFolder();
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
    const subject = (name: string) => ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=test ca');
    for (const name of ['server', 'client'])
      openssl(
        'req',
        '-x509',
        ...key,
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.pem`,
        ...subject(name),
      );
    const server = await serverWith(
      `tls { cert_file: "${dir}/server.pem", key_file: "${dir}/server.key", ca_file: "${dir}/ca.pem", verify: true }\n`,
    );
    const [caPath, certPath, keyPath] = ['ca.pem', 'client.pem', 'client.key'].map((name) => join(dir, name));
    // A certificate is checked against a host name; for an address the client has none.
    const named = { address: server.address.replace('127.0.0.1', 'localhost') };
    await works(named, { tls: { caPath: caPath!, certPath: certPath!, keyPath: keyPath! } });
    await expect(open(named, { tls: { caPath: caPath! } })).rejects.toMatchObject({
      code: 'engine_unavailable',
    });
  });

  it('a server without JetStream, or too few servers, are told from one that is not there', async () => {
    const without = await serverWith('# no jetstream\n');
    await expect(open(without)).rejects.toMatchObject({
      message: expect.stringContaining('--jetstream') as string,
    });
    const single = await serverWith('');
    await expect(open(single, { replicas: 3 })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('engine.replicas') as string,
    });
    await expect(open({ address: '127.0.0.1:1' })).rejects.toMatchObject({ code: 'engine_unavailable' });
  });
});

/** An operator, an account with JetStream and a user, as `nsc` would make them. */
function operatorMode(): { config: string; creds: string } {
  const [operator, system, account, user] = [
    nkeys.createOperator(),
    nkeys.createAccount(),
    nkeys.createAccount(),
    nkeys.createUser(),
  ] as const;
  const base64url = (data: string | Uint8Array) => Buffer.from(data).toString('base64url');
  const jwt = (subject: nkeys.KeyPair, issuer: nkeys.KeyPair, nats: object) => {
    const head = base64url(JSON.stringify({ typ: 'JWT', alg: 'ed25519-nkey' }));
    const claims = {
      jti: crypto.randomUUID(),
      iat: 1_700_000_000,
      iss: issuer.getPublicKey(),
      sub: subject.getPublicKey(),
    };
    const text = `${head}.${base64url(JSON.stringify({ ...claims, name: 'test', nats: { version: 2, ...nats } }))}`;
    return `${text}.${base64url(issuer.sign(Buffer.from(text)))}`;
  };
  const unlimited = {
    subs: -1,
    data: -1,
    payload: -1,
    imports: -1,
    exports: -1,
    wildcards: true,
    conn: -1,
    leaf: -1,
  };
  const storage = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const operatorJwt = jwt(operator, operator, { type: 'operator', system_account: system.getPublicKey() });
  const systemJwt = jwt(system, operator, { type: 'account', limits: unlimited });
  const accountJwt = jwt(account, operator, { type: 'account', limits: { ...unlimited, ...storage } });
  const userJwt = jwt(user, account, { type: 'user', subs: -1, data: -1, payload: -1 });
  const seed = Buffer.from(user.getSeed()).toString();
  return {
    config: `jetstream {}\noperator: ${operatorJwt}\nsystem_account: ${system.getPublicKey()}\nresolver: MEMORY\nresolver_preload {\n  ${system.getPublicKey()}: ${systemJwt}\n  ${account.getPublicKey()}: ${accountJwt}\n}\n`,
    creds: `-----BEGIN NATS USER JWT-----\n${userJwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
  };
}
