import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { once } from 'node:events';
import { type IncomingMessage, get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { post, transaction } from '../helpers/sentinel.ts';
import { type ServiceHere, startHere } from '../helpers/service-here.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../helpers/until.ts';

let sentinel: ServiceHere | undefined;
afterEach(async () => {
  await sentinel?.stop();
  sentinel = undefined;
});

it('answers below a base path, whether a proxy takes it away or not', async () => {
  sentinel = await startHere({ config: { http: { base_path: '/gate' } } });
  const { url } = sentinel;
  for (const path of ['/gate/api/v1/stats', '/api/v1/stats', '/gate/health', '/gate/console'])
    expect((await fetch(url + path)).status, path).toBe(200);
  expect((await post(`${url}/gate/ingest/shop`, transaction())).status).toBe(202);
  expect((await fetch(`${url}/gateway/health`)).status).toBe(404);
  const page = await (await fetch(`${url}/gate/console/rules`)).text();
  const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!);
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    expect(file).toMatch(/^\/gate\/console\/assets\//);
    expect((await fetch(url + file)).status, file).toBe(200);
  }
  expect(page).toContain('<meta name="base-path" content="/gate"');
});

it('takes the whole URL in the request line, as clients of a proxy write it', async () => {
  sentinel = await startHere({ config: { http: { base_path: '/gate' } } });
  const { hostname, port } = new URL(sentinel.url);
  const statusOf = async (path: string) => {
    const request = httpGet({ hostname, port, path });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  };
  expect(await statusOf(`http://${hostname}:${port}/gate/health`)).toBe(200);
  expect(await statusOf(`http://${hostname}:${port}/ingest/x`)).toBe(405);
  expect(await statusOf('http://x')).toBe(404);
});

it('answers by TLS, and with a new certificate as soon as there is one', async () => {
  const dir = await temporaryFolder();
  const make = (name: string) =>
    execFileSync('openssl', [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      join(dir, `${name}.key`),
      '-out',
      join(dir, `${name}.crt`),
    ]);
  const use = (name: string) =>
    ['key', 'crt'].forEach((part) => copyFileSync(join(dir, `${name}.${part}`), join(dir, `used.${part}`)));
  make('first');
  make('second');
  use('first');
  const tls = { cert: join(dir, 'used.crt'), key: join(dir, 'used.key') };
  sentinel = await startHere({ config: { http: { tls } } });
  const { url } = sentinel;
  expect(url).toMatch(/^https:/);
  const name = () =>
    new Promise<string>((resolve, reject) => {
      httpsGet(`${url}/health`, { rejectUnauthorized: false, agent: false }, (response) => {
        response.resume();
        resolve(String((response.socket as TLSSocket).getPeerCertificate().subject.CN));
      }).on('error', reject);
    });
  expect(await name()).toBe('first');
  use('second');
  await until(async () => (await name()) === 'second', 30_000);
});
