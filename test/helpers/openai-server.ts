import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the server does with one request. */
export type Script =
  /** A completion whose message is this text; an object is sent as its JSON. */
  | { say: string | object }
  | { status: number; error?: { message: string; code?: string; param?: string }; retryAfter?: number }
  /** Headers and half a body, then nothing more. */
  | { stall: true }
  | { reset: true }
  /** A 200 with this very body, as JSON or as `contentType`. */
  | { body: string | object; contentType?: string }
  /** This choice in place of a plain message. */
  | { choice: object }
  /** One byte of a completion each so many milliseconds. */
  | { drip: number }
  /** A body that ends before its announced length. */
  | { truncated: true }
  /** A 200 whose body has so many bytes of white space before the completion. */
  | { pad: number };

export interface RecordedRequest {
  path: string;
  authorization: string | undefined;
  /** The body as it was received. */
  text: string;
  body: {
    model?: string;
    temperature?: number;
    messages?: { role: string; content: string }[];
    response_format?: { type: string };
  };
}

export interface OpenAiServer {
  /** For `OPENAI_BASE_URL`. */
  readonly baseUrl: string;
  /** Every request for a completion, in order. */
  readonly requests: RecordedRequest[];
  /** Every second question about a plan, in order; they are not among `requests`. */
  readonly secondLooks: RecordedRequest[];
  /** What a second question is answered with, each of its parts alike; `nonsense` is no answer. Default yes. */
  opinion: 'yes' | 'no' | 'unsure' | 'nonsense';
  /** Answers to come, one for each request; when they are used up, the last is repeated. */
  answer(...scripts: Script[]): void;
  /** Decides for each request. */
  answerWith(decide: (request: RecordedRequest) => Script | Promise<Script>): void;
  /** Delay before each answer. */
  delayMs: number;
  /** Like a server without structured output: 400 for these `response_format` types. */
  unsupportedFormats: string[];
  close(): Promise<void>;
}

/** A local server that speaks the chat completions protocol of OpenAI, with scripted answers and faults. */
export async function startOpenAiServer(): Promise<OpenAiServer> {
  const requests: RecordedRequest[] = [];
  const secondLooks: RecordedRequest[] = [];
  let decide: (request: RecordedRequest) => Script | Promise<Script> = () => ({
    say: { reason: 'no script' },
  });

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '';
    if (request.method === 'GET' && path === '/v1/models')
      return send(response, 200, {
        object: 'list',
        data: [{ id: 'test-model', object: 'model', created: 0, owned_by: 'test' }],
      });
    if (request.method !== 'POST' || path !== '/v1/chat/completions')
      return send(response, 404, {
        error: { message: `no such route: ${path}`, type: 'invalid_request_error', code: null, param: null },
      });

    if (request.headers['content-type']?.startsWith('application/json') !== true)
      return send(response, 415, { error: { message: 'send JSON', type: 'error', code: null, param: null } });
    const text = Buffer.concat(chunks).toString();
    const recorded: RecordedRequest = {
      path,
      authorization: request.headers.authorization,
      text,
      body: JSON.parse(text) as RecordedRequest['body'],
    };
    const questions = questionsIn(recorded);
    (questions === undefined ? requests : secondLooks).push(recorded);
    if (handled.delayMs > 0) await sleep(handled.delayMs);
    const format = recorded.body.response_format?.type;
    if (format !== undefined && handled.unsupportedFormats.includes(format))
      return send(response, 400, {
        error: {
          message: `response_format ${format} is not supported`,
          type: 'invalid_request_error',
          code: null,
          param: 'response_format',
        },
      });
    const opinions = questions?.map((question) => ({
      question,
      answer: handled.opinion,
      reason: 'by their names and shapes',
    }));
    const script = opinions === undefined ? await decide(recorded) : { say: { answers: opinions } };
    act(script, recorded, response);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const handled: OpenAiServer = {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    secondLooks,
    opinion: 'yes',
    delayMs: 0,
    unsupportedFormats: [],
    answer(...scripts) {
      const queue = [...scripts];
      decide = () => (queue.length > 1 ? queue.shift() : queue[0]) ?? { say: { reason: 'no script' } };
    },
    answerWith(next) {
      decide = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return handled;
}

/** The numbers of what a second look asks; undefined for any other question. */
function questionsIn({ body }: RecordedRequest): number[] | undefined {
  const text = body.messages?.at(-1)?.content ?? '';
  if (!text.startsWith('{') || !text.includes('"questions":[')) return undefined;
  const { questions } = JSON.parse(text) as { questions?: { question: number }[] };
  return questions?.map(({ question }) => question);
}

function act(script: Script, request: RecordedRequest, response: ServerResponse): void {
  if ('reset' in script) {
    response.socket?.resetAndDestroy();
  } else if ('stall' in script) {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"id":"chatcmpl-1","choices":[');
  } else if ('body' in script) {
    const { body, contentType = 'application/json' } = script;
    response
      .writeHead(200, { 'content-type': contentType })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  } else if ('choice' in script) {
    send(response, 200, { ...completion('', request), choices: [{ index: 0, ...script.choice }] });
  } else if ('drip' in script) {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), script.drip);
    response.on('close', () => clearInterval(timer));
  } else if ('truncated' in script) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
    response.write('{"id":"chatcmpl-1","choices":[', () => response.destroy());
  } else if ('pad' in script) {
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(' '.repeat(script.pad) + JSON.stringify(completion('{}', request)));
  } else if ('status' in script) {
    const { message = 'scripted fault', code = null, param = null } = script.error ?? {};
    const headers: Record<string, string> =
      script.retryAfter === undefined ? {} : { 'retry-after': String(script.retryAfter) };
    send(response, script.status, { error: { message, type: 'error', code, param } }, headers);
  } else {
    send(
      response,
      200,
      completion(typeof script.say === 'string' ? script.say : JSON.stringify(script.say), request),
    );
  }
}

function completion(content: string, request: RecordedRequest): object {
  const [prompt_tokens, completion_tokens] = [request.text, content].map((text) =>
    Math.ceil(text.length / 4),
  ) as [number, number];
  return {
    id: `chatcmpl-${Date.now()}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: request.body.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  };
}

function send(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
