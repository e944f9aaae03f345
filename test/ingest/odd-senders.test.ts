import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IngestServer, startIngest } from '../helpers/ingest-server.ts';

/** What senders do that no standard asks for. */
let server: IngestServer;
const open = { verify: { type: 'none', secrets: [], public: true } };
const signed = { verify: { type: 'api_key', in: 'query' as const, name: 'key', secrets: ['k'] } };
beforeEach(async () => {
  server = await startIngest({ s: open, signed });
});
afterEach(() => server.close());

const send = (body: string | Buffer, headers: Record<string, string> = {}, path = '/ingest/s') =>
  fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
const texts = () => server.stored.map(({ text }) => text);

/** Bytes on a socket, as a client without a library writes them. The status lines of what comes back. */
async function raw(text: string): Promise<string[]> {
  const { port, hostname } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (bytes) => (answer += bytes.toString()));
  socket.end(text.replaceAll('\n', '\r\n'));
  await once(socket, 'close');
  return [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status!);
}

describe('as bytes', () => {
  const head = 'Host: x\nContent-Type: application/json\n';
  it.each([
    ['HTTP/1.0', `POST /ingest/s HTTP/1.0\nContent-Type: application/json\nContent-Length: 7\n\n{"a":1}`],
    [
      'chunks with a trailer',
      `POST /ingest/s HTTP/1.1\n${head}Transfer-Encoding: chunked\nConnection: close\nTrailer: X-Sum\n\n3\n{"a\n4\n":1}\n0\nX-Sum: 1\n\n`,
    ],
    [
      'headers in capitals',
      `POST /ingest/s HTTP/1.1\nHOST: x\nCONTENT-TYPE: APPLICATION/JSON\nCONTENT-LENGTH: 7\nCONNECTION: close\n\n{"a":1}`,
    ],
  ])('%s', async (_, text) => {
    expect(await raw(text)).toEqual(['202']);
    expect(texts()).toEqual(['{"a":1}']);
  });

  it('two requests at once on a connection', async () => {
    const one = (body: string, more = '') =>
      `POST /ingest/s HTTP/1.1\n${head}${more}Content-Length: 7\n\n${body}`;
    expect(await raw(one('{"a":1}') + one('{"a":2}', 'Connection: close\n'))).toEqual(['202', '202']);
    expect(texts()).toEqual(['{"a":1}', '{"a":2}']);
  });
});

describe('how the body is named', () => {
  it.each([
    'application/json;charset=utf-8',
    'application/json; charset="UTF-8"',
    'application/json;',
    ' application/json ',
    'application/csp-report',
    'application/x-amz-json-1.1',
    'application/x-json',
    'application/javascript',
    'application/x-www-form-urlencoded', // curl -d says so of whatever it sends
    'application/cloudevents+json; charset=utf-8',
  ])('%s', async (type) => {
    const event = type.includes('cloudevents')
      ? '{"specversion":"1.0","id":"1","source":"x","type":"t","data":{"a":1}}'
      : '{"a":1}';
    expect((await send(event, { 'content-type': type })).status).toBe(202);
    expect(texts()).toEqual(['{"a":1}']);
  });

  it.each(['UTF-8', 'utf8', 'none', ' ', 'Identity', 'GZip, identity'])(
    'Content-Encoding: %s',
    async (encoding) => {
      const body = encoding.startsWith('GZ') ? gzipSync('{"a":1}') : '{"a":1}';
      expect((await send(body, { 'content-encoding': encoding })).status).toBe(202);
      expect(texts()).toEqual(['{"a":1}']);
    },
  );

  it('a byte order mark before JSON, lines and a form', async () => {
    await send('\ufeff{"a":1}');
    await send('\ufeff{"a":2}\r\n{"a":3}\r\n', { 'content-type': 'application/x-ndjson' });
    await send('\ufeffa=4', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(texts()).toEqual(['{"a":1}', '{"a":2}', '{"a":3}', '{"a":"4"}']);
  });

  it.each([
    ['UTF-16', Buffer.from('\ufeff{"a":1}', 'utf16le'), 'application/json; charset=utf-16'],
    ['Latin-1', Buffer.from('{"a":"\xe9"}', 'latin1'), 'application/json; charset=iso-8859-1'],
    ['a form in Latin-1 that does not say so', 'name=Ren%E9', 'application/x-www-form-urlencoded'],
    ['XML', '<a/>', 'application/xml'],
    ['a picture', 'x', 'image/png'],
  ])('%s is refused, and nothing stored', async (_, body, type) => {
    const answer = await send(body, { 'content-type': type });
    expect([400, 415]).toContain(answer.status);
    expect(texts()).toEqual([]);
  });

  it('a form in the character set that it names', async () => {
    const type = 'application/x-www-form-urlencoded; charset=windows-1252';
    expect((await send('name=Ren%E9+%80', { 'content-type': type })).status).toBe(202);
    expect(texts()).toEqual(['{"name":"René €"}']);
  });

  it.each([
    ['charset=windows-1252&name=Ren%E9', 202, ['{"charset":"windows-1252","name":"René"}']],
    ['name=Ren%C3%A9&charset=UTF-8', 202, ['{"name":"René","charset":"UTF-8"}']],
    ['name=Ren%C3%A9&charset=utf-16', 202, ['{"name":"René","charset":"utf-16"}']],
    ['name=Ren%E9&charset=none', 400, []],
    ['name=Ren%E9&charset=utf-8&charset=windows-1252', 400, []],
  ])('a form that names it in a field: %s', async (form, status, events) => {
    expect((await send(form, { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(status);
    expect(texts()).toEqual(events);
  });
});

describe('what is asked before anything is sent', () => {
  it('HEAD: a source of the settings is there', async () => {
    const status = async (path: string) => (await fetch(server.url + path, { method: 'HEAD' })).status;
    expect(await status('/ingest/signed')).toBe(200);
    expect(await status('/ingest/unknown')).toBe(401);
  });

  it('an empty request that is verified is answered, and no event', async () => {
    expect((await send('', {}, '/ingest/signed?key=k')).status).toBe(202);
    expect((await send('', {}, '/ingest/signed?key=x')).status).toBe(401);
    expect((await send('', {}, '/ingest/unknown')).status).toBe(401);
    expect(texts()).toEqual([]);
  });

  it('Microsoft Graph: the token comes back as text', async () => {
    const answer = await send(
      '',
      { 'content-type': 'text/plain' },
      '/ingest/signed?key=k&validationToken=a%20%3Cb%3E',
    );
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'text/plain',
      'a <b>',
    ]);
  });

  it('Dropbox, Nylas and others: the challenge comes back as text', async () => {
    const ask = (path: string) => fetch(`${server.url}${path}?challenge=abc%3Cb%3E`);
    const answer = await ask('/ingest/signed');
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'text/plain',
      'abc<b>',
    ]);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await ask('/ingest/unknown')).status).toBe(401);
  });

  it('Okta: the challenge comes back as JSON', async () => {
    const answer = await fetch(`${server.url}/ingest/signed`, {
      headers: { 'x-okta-verification-challenge': 'abc' },
    });
    expect(await answer.json()).toEqual({ verification: 'abc' });
  });
});
