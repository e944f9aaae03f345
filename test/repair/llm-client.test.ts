import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAiClient, type ClientOptions } from '../../src/repair/healers/llm/client.ts';
import { type OpenAiServer, startOpenAiServer } from '../helpers/openai-server.ts';
import { until } from '../helpers/until.ts';

let server: OpenAiServer;
beforeEach(async () => {
  server = await startOpenAiServer();
});
afterEach(() => server.close());

const question = [{ role: 'user' as const, content: 'a question' }];
const never = new AbortController().signal;
const client = (options: Partial<ClientOptions> = {}) =>
  openAiClient({
    apiKey: 'test-key',
    baseUrl: server.baseUrl,
    model: 'test-model',
    temperature: 0.1,
    timeoutMs: 20_000,
    beforeRequest: () => {},
    ...options,
  });

describe('a question to the model', () => {
  it('asks for structured output with the configured model and temperature', async () => {
    server.answer({ say: 'an answer' });
    expect(await client()(question, never)).toMatchObject({
      kind: 'text',
      text: 'an answer',
      model: 'test-model',
    });
    expect(server.requests[0]).toMatchObject({
      authorization: 'Bearer test-key',
      body: { model: 'test-model', temperature: 0.1, response_format: { type: 'json_schema' } },
    });
  });

  it('falls back once to what the server accepts, and remembers it', async () => {
    server.unsupportedFormats = ['json_schema', 'json_object'];
    server.answer({ say: 'plain' });
    const ask = client();
    await ask(question, never);
    await ask(question, never);
    const formats = server.requests.map((request) => request.body.response_format?.type ?? 'none');
    expect(formats).toEqual(['json_schema', 'json_object', 'none', 'none']);
  });

  it('does without a temperature where the model takes none', async () => {
    const error = {
      message: "Unsupported value: 'temperature'",
      code: 'unsupported_value',
      param: 'temperature',
    };
    server.answer({ status: 400, error }, { say: 'ok' });
    await client()(question, never);
    expect(server.requests.map((request) => request.body.temperature)).toEqual([0.1, undefined]);
  });

  it('tries again after an overload, as the server asks', async () => {
    server.answer({ status: 429, retryAfter: 0 }, { status: 500 }, { say: 'at last' });
    expect(await client()(question, never)).toMatchObject({ text: 'at last' });
    expect(server.requests).toHaveLength(3);
  });

  it('does not wait for a server that asks for an hour', async () => {
    server.answer({ status: 429, retryAfter: 3600 });
    await expect(client()(question, never)).rejects.toMatchObject({
      code: 'llm_unavailable',
      retryable: true,
    });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['refuses our key', { status: 401 }],
    ['resets connections', { reset: true }],
    ['sends no JSON', { body: '<html>bad gateway' }],
    ['sends a page', { body: '<html>log in first</html>', contentType: 'text/html' }],
    ['sends plain text', { body: 'ok', contentType: 'text/plain' }],
    ['sends null', { body: 'null' }],
    ['sends a list', { body: [] }],
    ['leaves the choices out', { body: { id: 'x', object: 'chat.completion' } }],
    ['sends no choice', { body: { choices: [] } }],
    ['sends a choice without a message', { choice: { finish_reason: 'stop' } }],
    ['ends in the middle of its answer', { truncated: true }],
    ['is out of order', { status: 503, retryAfter: 0 }],
  ] as const)('is llm_unavailable when the server %s', async (_, script) => {
    server.answer(script);
    await expect(client()(question, never)).rejects.toMatchObject({ code: 'llm_unavailable' });
    expect(server.requests.length).toBeLessThanOrEqual(3);
  });

  it.each([
    ['never ends', { stall: true }],
    ['comes byte by byte', { drip: 10 }],
  ] as const)('gives up on an answer that %s', async (_, script) => {
    server.answer(script);
    await expect(client({ timeoutMs: 80 })(question, never)).rejects.toMatchObject({
      code: 'llm_unavailable',
    });
  });

  it('reads no more of an answer than any plan needs', async () => {
    server.answer({ pad: 20 * 1024 * 1024 });
    expect(await client()(question, never)).toMatchObject({
      kind: 'rejected',
      reason: 'the answer of the LLM server is too long',
    });
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, object, string]>([
    [
      'a tool call in place of content',
      { message: { role: 'assistant', content: null, tool_calls: [{}] } },
      '',
    ],
    ['content of the wrong type', { message: { content: { operations: [] } } }, ''],
    [
      'a list of parts',
      { message: { content: [{ type: 'text', text: '{"a"' }, { text: ':1}' }] } },
      '{"a":1}',
    ],
  ])('takes %s for what it says, and no more', async (_, choice, text) => {
    server.answer({ choice });
    expect(await client()(question, never)).toMatchObject({ kind: 'text', text });
  });

  it('tells a refusal of the model from an answer', async () => {
    server.answer({
      choice: { message: { role: 'assistant', content: null, refusal: 'I cannot do that' } },
    });
    expect(await client()(question, never)).toMatchObject({
      kind: 'rejected',
      reason: 'the model declines to answer',
    });
  });

  it.each<[string, unknown]>([
    ['none', undefined],
    ['a text', { total_tokens: '12' }],
    ['not a number', { total_tokens: Number.NaN }],
    ['less than nothing', { total_tokens: -1000 }],
  ])('counts tokens itself when the server says %s', async (_, usage) => {
    const message = { role: 'assistant', content: 'x'.repeat(390) };
    server.answer({ body: { model: 7, choices: [{ message }], usage } });
    expect(await client()(question, never)).toMatchObject({ model: 'test-model', tokens: 100 });
  });

  it('is rejected, not unavailable, when the server declines this very request', async () => {
    server.answer({ status: 400, error: { message: 'too long: <prompt>', code: 'context_length_exceeded' } });
    expect(await client()(question, never)).toEqual({
      kind: 'rejected',
      reason: 'the LLM server answered 400 context_length_exceeded',
      tokens: 0,
    });
  });

  it('ends at once when it is cancelled', async () => {
    server.answer({ stall: true });
    const stopping = new AbortController();
    // Nothing but the signal ends it.
    const asked = client({ timeoutMs: 600_000 })(question, stopping.signal);
    asked.catch(() => undefined);
    await until(() => server.requests.length === 1);
    stopping.abort();
    await expect(asked).rejects.toThrow();
  });

  it('says why there is no connection, and what to check', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, 'close');
    await expect(client({ baseUrl: `http://127.0.0.1:${port}/v1` })(question, never)).rejects.toThrow(
      'no answer from the LLM server (ECONNREFUSED): check OPENAI_BASE_URL',
    );
  });

  it('says nothing of what the server said, which may quote the prompt', async () => {
    server.answer({ status: 401, error: { message: 'bad key test-key for a question' } });
    await expect(client()(question, never)).rejects.toThrow(
      /^the LLM server answered 401: check OPENAI_API_KEY$/,
    );
  });
});
