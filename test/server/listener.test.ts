import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type IncomingMessage, get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { runCommand } from '../helpers/command.ts';
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
  for (const path of ['/', '/gate/'])
    expect((await fetch(url + path, { redirect: 'manual' })).headers.get('location')).toBe('/gate/console');
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
  expect(await statusOf('http://x')).toBe(302);
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

  // The commands on this machine know the service by its certificate, whatever names that is for, and by no other.
  const command = (...args: string[]) =>
    runCommand(
      sentinel!.dir,
      args,
      { SENTINEL_API_PORT: new URL(url).port },
      { stdin: '{"a":1}\n{"a":2}\n' },
    );
  expect(await command('ingest', '-', '--source', 'shop')).toMatchObject({ code: 0 });
  expect((await command('doctor')).out).toContain(`the service runs at ${url}`);
  const listed = await command('events', 'search', '--source', 'shop', '--json');
  expect(listed).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(listed.out)).toHaveLength(2);
  const other = { tls: { cert: join(dir, 'first.crt'), key: join(dir, 'first.key') } };
  writeFileSync(join(dir, 'other.yaml'), JSON.stringify({ http: other }));
  expect((await command('jobs', 'list', '--config', join(dir, 'other.yaml'))).err).toMatch(
    /can't be reached: .*certificate/,
  );
});

it('reads a path as it was meant', async () => {
  sentinel = await startHere();
  const { host } = new URL(sentinel.url);
  const body = JSON.stringify(transaction());
  for (const [path, status] of [
    ['/ingest/%73ho%70', 202],
    ['//ingest//shop', 202],
    // An encoded slash is no slash, and what is no name stays none.
    ['/ingest%2Fshop', 404],
    ['/ingest/%2E%2E', 404],
  ] as const) {
    const [answer] = await answersOf(sentinel.url, [
      `POST ${path} HTTP/1.1`,
      `Host: ${host}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      'Connection: close',
      '',
      body,
    ]);
    expect(answer!.status, path).toBe(status);
  }
});

it('answers what is no HTTP, what is too large and what it does not understand with a problem', async () => {
  sentinel = await startHere();
  const { host } = new URL(sentinel.url);
  const head = `POST /ingest/shop HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json`;
  for (const [code, status, lines] of [
    ['not_http', 400, ['\u0016\u0003\u0001']],
    ['not_http', 400, [head, 'Content-Length: 2', 'Content-Length: 3', '', '{}']],
    ['headers_too_large', 431, [head, `X: ${'x'.repeat(20_000)}`, '', '']],
    ['unknown_expectation', 417, [head, 'Expect: cake', 'Content-Length: 2', '', '']],
    ['body_too_large', 413, [head, 'Expect: 100-continue', 'Content-Length: 99000000000', '', '']],
  ] as const) {
    const [answer, more] = await answersOf(sentinel.url, lines);
    expect([answer!.status, answer!.code], code).toEqual([status, code]);
    expect(more).toBeUndefined();
  }
  // A client that asks first is told to go on.
  const [first] = await answersOf(sentinel.url, [head, 'Expect: 100-continue', 'Content-Length: 2', '', '']);
  expect(first!.status).toBe(100);
});

/** What is answered to these lines, in order. */
async function answersOf(
  url: string,
  lines: readonly string[],
): Promise<{ status: number; code?: string }[]> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  const closed = once(socket, 'close');
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    if (text.startsWith('HTTP/1.1 100')) socket.destroy();
  });
  socket.write(lines.join('\r\n'));
  await closed;
  return [...text.matchAll(/HTTP\/1\.1 (\d+)[^]*?\r\n\r\n(\{.*\})?/g)].map(([, status, body]) => ({
    ...(JSON.parse(body ?? '{}') as { code?: string }),
    status: Number(status),
  }));
}
