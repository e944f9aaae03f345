import { type IncomingMessage, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type RunningSentinel,
  countedStats,
  get,
  ingest,
  post,
  query,
  settled,
  startProcess,
  transaction,
  without,
} from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

/**
 * Chapter 5: whatever a stranger sends, the answer is a refusal that says what to change, or an event that is kept.
 * Nothing of it reaches the log, and the service goes on.
 */
let sentinel: RunningSentinel;
beforeAll(async () => {
  sentinel = await startProcess();
});
afterAll(() => sentinel.stop());

interface ProblemAnswer {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  errors?: { index?: number; line?: number; detail: string }[];
}

/** A word that must not come back in any answer or log line; part of everything that is sent here. */
const canary = 'canary-7f3a';

const send = (
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  path = '/ingest',
) =>
  fetch(`${sentinel.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

/** The refusal, after checking that it is one by RFC 9457 and repeats nothing of what was sent. */
async function refusal(response: Response, status: number): Promise<ProblemAnswer> {
  const text = await response.text();
  expect(response.status, text).toBe(status);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = JSON.parse(text) as ProblemAnswer;
  expect(problem).toMatchObject({
    type: `urn:data-sentinel:problem:${problem.code}`,
    title: expect.stringMatching(/\w/) as string,
    status,
    detail: expect.stringMatching(/\w/) as string,
  });
  expect(text).not.toContain(canary);
  return problem;
}

/** As `fetch`, with headers that `fetch` does not let one set, and the answer's status only. */
function statusOf(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${sentinel.url}${path}`, { headers }, (response: IncomingMessage) => {
      response.resume();
      resolve(response.statusCode!);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('a body that holds no event', () => {
  it.each([
    ['text that is no JSON', `{"note":"${canary}"`, 400, 'malformed_json'],
    ['nothing', '', 400, 'empty_body'],
    ['white space', ' \n ', 400, 'empty_body'],
    ['a string', `"${canary}"`, 422, 'not_an_object'],
    ['a number', '42', 422, 'not_an_object'],
    ['null', 'null', 422, 'not_an_object'],
    ['an empty array', '[]', 422, 'no_events'],
    ['nesting beyond http.max_depth', nested(65), 422, 'too_deep'],
    ['nesting that would exhaust a stack', nested(200_000), 422, 'too_deep'],
    ['a key that stands twice', `{"amount":1,"amount":2,"note":"${canary}"}`, 422, 'duplicate_key'],
    ['a number beyond every type', '{"amount":1e999}', 422, 'number_out_of_range'],
  ])('%s', async (_, body, status, code) => {
    expect((await refusal(await send(body), status)).code).toBe(code);
  });

  it('bytes that are not UTF-8', async () => {
    const latin1 = new Uint8Array(Buffer.from(`{"name":"J\xf6rg ${canary}"}`, 'latin1'));
    expect((await refusal(await send(latin1), 400)).code).toBe('invalid_utf8');
  });

  it('an array names the elements that are no objects, and none of it is taken', async () => {
    const { accepted } = await get<{ accepted: number }>(`${sentinel.url}/api/v1/stats`);
    const response = await post(`${sentinel.url}/ingest`, [transaction(), canary, transaction(), 4]);
    const problem = await refusal(response, 422);
    expect(problem.errors).toEqual([
      { index: 1, detail: 'not a JSON object' },
      { index: 3, detail: 'not a JSON object' },
    ]);
    expect((await get<{ accepted: number }>(`${sentinel.url}/api/v1/stats`)).accepted).toBe(accepted);
  });

  it('NDJSON names the line that is wrong', async () => {
    const lines = [JSON.stringify(transaction()), `{"note":"${canary}`, JSON.stringify(transaction())];
    const response = await send(lines.join('\n'), { 'content-type': 'application/x-ndjson' });
    const problem = await refusal(response, 400);
    expect(problem.code).toBe('malformed_json');
    expect(problem.errors).toEqual([{ line: 2, detail: 'not valid JSON' }]);
  });
});

describe('a request that is too much', () => {
  const elevenMiB = 11 * 2 ** 20;

  it('more than 10 MiB, announced', async () => {
    const response = await send(JSON.stringify({ note: canary.padEnd(elevenMiB, 'x') }));
    expect((await refusal(response, 413)).detail).toContain('max_body_bytes');
  });

  it('a body without end, chunk by chunk', async () => {
    const outgoing = request(`${sentinel.url}/ingest`, { method: 'POST' });
    let status: number | undefined;
    let hungUp = false;
    outgoing.on('response', (response: IncomingMessage) => {
      status = response.statusCode;
      response.resume();
    });
    outgoing.on('error', () => (hungUp = true));
    outgoing.on('close', () => (hungUp = true));
    const chunk = Buffer.alloc(65_536, ' ');
    const sendMore = () => {
      if (hungUp) return;
      if (outgoing.write(chunk)) setImmediate(sendMore);
      else outgoing.once('drain', sendMore);
    };
    sendMore();
    await until(() => hungUp);
    expect(status).toBe(413);
  });

  it('a gzip bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 2 ** 20));
    expect(bomb.length).toBeLessThan(2 ** 20);
    await refusal(await send(new Uint8Array(bomb), { 'content-encoding': 'gzip' }), 413);
  });

  it('more events than one request may hold', async () => {
    const response = await send('{}\n'.repeat(10_001), { 'content-type': 'application/x-ndjson' });
    expect((await refusal(response, 413)).code).toBe('too_many_events');
  });
});

describe('a request of the wrong kind', () => {
  it.each([
    ['a form with files', { 'content-type': 'multipart/form-data; boundary=x' }, 415],
    ['XML', { 'content-type': 'text/xml' }, 415],
    ['an encoding that nobody knows', { 'content-encoding': 'compress' }, 415],
    ['gzip that is none', { 'content-encoding': 'gzip' }, 400],
  ])('%s', async (_, headers, status) => {
    await refusal(await send(JSON.stringify(transaction({ description: canary })), headers), status);
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH'])(
    '%s /ingest is answered with the method to use',
    async (method) => {
      const response = await fetch(`${sentinel.url}/ingest`, { method });
      expect(response.headers.get('allow')).toBe('POST');
      await refusal(response, 405);
    },
  );

  it.each([
    ['path traversal', '/ingest/..%2f..%2fetc'],
    ['SQL', "/ingest/shop';drop table transaction;--"],
    ['a name without end', `/ingest/${'x'.repeat(65)}`],
    ['a folder', '/ingest/shop/orders'],
    ['a dot first', '/ingest/.hidden'],
  ])('a source named by %s', async (_, path) => {
    await refusal(await send(JSON.stringify(transaction()), {}, path), 404);
  });

  it('a path that does not exist', async () => {
    await refusal(await fetch(`${sentinel.url}/api/v1/nothing`), 404);
    await refusal(await fetch(`${sentinel.url}/api/v1/dead-letters/${encodeURIComponent('../../x')}`), 404);
  });

  it('a Host header with another name: a page whose name was pointed at this machine', async () => {
    for (const path of ['/ingest', '/api/v1/stats', '/metrics']) {
      expect(await statusOf(path, { host: 'attacker.example' })).toBe(403);
      expect(await statusOf(path, { host: '127.0.0.1.attacker.example' })).toBe(403);
    }
    expect(await statusOf('/api/v1/stats', { host: 'localhost:3111' })).toBe(200);
  });
});

describe('an event with hostile content', () => {
  it('cannot reach a prototype', async () => {
    for (const key of ['__proto__', '\\u005f_proto__']) {
      const response = await send(`{"${key}":{"email":"${canary}@example.com"},"amount":1}`);
      expect((await refusal(response, 422)).code).toBe('forbidden_key');
    }
    const constructor = JSON.stringify(transaction()).replace(
      '{',
      '{"constructor":{"prototype":{"email":"eve@example.com"}},"toString":1,"hasOwnProperty":null,',
    );
    expect((await settled(sentinel.url, await ingest(sentinel.url, constructor))).status).toBe('loaded');

    // Had a prototype been changed, this event would have got an e-mail from it.
    const incomplete = await settled(
      sentinel.url,
      await ingest(sentinel.url, without(transaction(), 'email')),
    );
    expect(incomplete).toMatchObject({
      status: 'dead_letter',
      violations: [{ path: '/email', code: 'required', found: 'missing' }],
    });
  });

  it.each([
    ['an amount that no decimal column holds', { amount: 1e300 }],
    ['a time beyond the calendar', { timestamp: 1e18 }],
    ['money that is infinite', { amount: '-Infinity' }],
    ['a version that is an object', { version: { toString: canary } }],
    ['an e-mail of a megabyte', { email: `${'a'.repeat(2 ** 20)}@${canary}` }],
    ['a currency in full-width letters', { currency: 'ＥＵＲ' }],
  ])('%s is a dead letter', async (_, change) => {
    const info = await settled(sentinel.url, await ingest(sentinel.url, transaction(change)));
    expect(info.status).toBe('dead_letter');
  });

  it.each([
    ['SQL', `'); DROP TABLE transaction; --${canary}`],
    ['a quoted name', '"; DELETE FROM "transaction"; --'],
    ['every control character', `${String.fromCharCode(...Array(32).keys())}\x7f\x9b31m`],
    ['text beyond the basic plane, and direction marks', '🙈\u202e\u200b\ufeff 𝒜'],
    ['a megabyte', canary.padEnd(2 ** 20, '.')],
    ['what looks like JSON', '{"$ref":"#"}\n[1,'],
  ])('%s is text like any other', async (_, description) => {
    const id = await ingest(sentinel.url, transaction({ description }));
    expect((await settled(sentinel.url, id)).status).toBe('loaded');
    const [row] = await query(
      sentinel.url,
      `select description from transaction where _request_id = '${id}'`,
    );
    expect(row!['description']).toBe(description);
  });

  it('names no table: a `type` is looked up, never spelled into SQL', async () => {
    for (const type of ['_sentinel_positions', 'transaction"; drop table "transaction', '../transaction']) {
      const info = await settled(sentinel.url, await ingest(sentinel.url, transaction({ type })));
      expect(info).toMatchObject({ status: 'loaded', contract: 'transaction' });
    }
  });

  it('searches for dead letters by text that is SQL find nothing and break nothing', async () => {
    const filter = encodeURIComponent("' or 1=1 --");
    for (const name of ['source', 'contract', 'signature', 'q']) {
      const found = await get<{ items: unknown[] }>(`${sentinel.url}/api/v1/dead-letters?${name}=${filter}`);
      expect(found.items).toEqual([]);
    }
  });

  it('may have thousands of fields', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`field ${index} ${crypto.randomUUID()}`, index]),
    );
    const good = await settled(sentinel.url, await ingest(sentinel.url, transaction(many)));
    expect(good.status).toBe('loaded');
    const bad = await settled(
      sentinel.url,
      await ingest(sentinel.url, transaction({ ...many, amount: 'x' })),
    );
    expect(bad.status).toBe('dead_letter');
  });

  it('makes no new error signature with each random name', async () => {
    const randomLetters = () =>
      Array.from({ length: 12 }, () => String.fromCharCode(97 + Math.floor(Math.random() * 26))).join('');
    const fields = (name: () => string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, () => [name(), canary]));
    const events = Array.from({ length: 200 }, (_, index) =>
      transaction({
        amount: 'none',
        ...(index % 2 === 0 ? fields(() => crypto.randomUUID(), 3) : fields(randomLetters, 50)),
      }),
    );
    const response = await post(`${sentinel.url}/ingest/random`, events);
    const { request_ids: ids } = (await response.json()) as { request_ids: string[] };
    for (const id of ids) expect((await settled(sentinel.url, id)).status).toBe('dead_letter');
    await countedStats(sentinel.url);
    const groups = await get<{ items: { count: number }[] }>(
      `${sentinel.url}/api/v1/dead-letters/groups?source=random`,
    );
    expect(groups.items.length).toBeLessThanOrEqual(2);
    expect(groups.items.reduce((sum, group) => sum + group.count, 0)).toBe(200);
  });
});

describe('after all of that', () => {
  it('the service lives, and loads a good event', async () => {
    expect((await fetch(`${sentinel.url}/ready`)).status).toBe(200);
    const info = await settled(sentinel.url, await ingest(sentinel.url, transaction()));
    expect(info.status).toBe('loaded');
  });

  it('the log has no error that nobody foresaw, and nothing of what was sent', () => {
    const lines = sentinel.log();
    expect(lines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
    const text = JSON.stringify(lines);
    expect(text).not.toContain('stack');
    expect(text).not.toContain(canary);
    expect(text).not.toContain('ada@example.com');
    expect(text.length).toBeLessThan(500_000);
  });
});

describe('with SENTINEL_API_TOKEN', () => {
  let guarded: RunningSentinel;
  beforeAll(async () => {
    guarded = await startProcess({ env: { SENTINEL_API_TOKEN: 'the-right-one' } });
  });
  afterAll(() => guarded.stop());
  const paths: [string, string][] = [
    ['POST', '/ingest'],
    ['POST', '/ingest/shop'],
    ['GET', '/api/v1/stats'],
    ['GET', '/api/v1/dead-letters'],
    ['POST', '/api/v1/query'],
    ['GET', '/api/v1/stream'],
    ['GET', '/metrics'],
    ['GET', '/nowhere'],
  ];

  it.each(paths)('%s %s needs the token', async (method, path) => {
    const attempts = [undefined, 'Bearer wrong', 'Bearer ', 'the-right-one', 'Basic dGhlLXJpZ2h0LW9uZQ=='];
    for (const authorization of attempts) {
      const response = await fetch(`${guarded.url}${path}`, {
        method,
        headers: authorization === undefined ? {} : { authorization },
      });
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      await refusal(response, 401);
    }
  });

  it('takes events and questions that carry it', async () => {
    const authorization = 'Bearer the-right-one';
    expect((await post(`${guarded.url}/ingest`, transaction(), { authorization })).status).toBe(202);
    const stats = await fetch(`${guarded.url}/api/v1/stats`, { headers: { authorization } });
    expect(stats.status).toBe(200);
  });

  it('leaves open what a load balancer asks, and logs no token', async () => {
    expect((await fetch(`${guarded.url}/health`)).status).toBe(200);
    expect((await fetch(`${guarded.url}/ready`)).status).toBe(200);
    expect(JSON.stringify(guarded.log())).not.toContain('the-right-one');
  });
});
