import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenAI } from 'openai';
import { SentinelError } from '../../../model/errors.ts';
import { answerSchema } from './answer-schema.ts';
import { AnswerTooLong, boundedFetch } from './bounded-fetch.ts';
import { type Completion, readCompletion } from './completion.ts';
import type { ChatMessage } from './prompt.ts';
import { withinTime } from './within-time.ts';

/** Asks the model once. Throws `llm_unavailable` when the server can't be reached, is overloaded, or refuses us. */
export type Complete = (
  messages: readonly ChatMessage[],
  signal: AbortSignal,
  /** What structured output is to be like. Default: that of a plan. */
  wanted?: AnswerFormat,
) => Promise<Completion>;

export interface AnswerFormat {
  name: string;
  schema: Record<string, unknown>;
}

const planFormat: AnswerFormat = { name: 'repair_plan', schema: answerSchema };

export interface ClientOptions {
  apiKey: string;
  baseUrl?: string;
  model: string;
  temperature: number;
  timeoutMs: number;
  /** Called before each request that is sent, retries included; may throw to forbid it. */
  beforeRequest: () => void;
}

type Request = OpenAI.Chat.ChatCompletionCreateParamsNonStreaming;
type ResponseFormat = NonNullable<Request['response_format']>;

/** From the strictest to what any server takes. The server's refusal of one is remembered. */
const responseFormats: readonly ((wanted: AnswerFormat) => ResponseFormat | undefined)[] = [
  ({ name, schema }) => ({ type: 'json_schema', json_schema: { name, strict: true, schema } }),
  () => ({ type: 'json_object' }),
  () => undefined,
];

const maxRetries = 2;
const longestPauseMs = 5_000;
/** Of a response's body; 64 operations fit many times over. */
const maxAnswerBytes = 1024 * 1024;

/** A client for OpenAI and any server that speaks its chat completions. The library is loaded on first use. */
export function openAiClient(options: ClientOptions): Complete {
  let client: Promise<OpenAI> | undefined;
  let format = 0;
  let sendTemperature = true;

  async function request(
    messages: readonly ChatMessage[],
    signal: AbortSignal,
    wanted: AnswerFormat,
  ): Promise<Completion> {
    client ??= connect(options);
    options.beforeRequest();
    const responseFormat = responseFormats[format]!(wanted);
    const { completions } = (await client).chat;
    // Also limits how long the body may take, which the library's own timeout does not.
    const response = await withinTime(options.timeoutMs, signal, (signal) =>
      completions.create(
        {
          model: options.model,
          messages: [...messages],
          ...(sendTemperature ? { temperature: options.temperature } : undefined),
          ...(responseFormat === undefined ? undefined : { response_format: responseFormat }),
        },
        { signal },
      ),
    );
    const promptLength = messages.reduce((sum, { content }) => sum + content.length, 0);
    const completion = readCompletion(response, { model: options.model, promptLength });
    if (completion === undefined)
      throw new SentinelError('llm_unavailable', 'what answers there is not a chat completions server');
    return completion;
  }

  /** True when the refusal was about an option that can be done without, and the next request will do without it. */
  function adapt(error: ApiFailure): boolean {
    if (error.status !== 400 && error.status !== 422) return false;
    const about = `${error.param ?? ''} ${error.message}`;
    if (
      /response_format|json_schema|json_object|structured|schema/i.test(about) &&
      format < responseFormats.length - 1
    ) {
      format++;
      return true;
    }
    if (/temperature/i.test(about) && sendTemperature) {
      sendTemperature = false;
      return true;
    }
    return false;
  }

  return async (messages, signal, wanted = planFormat) => {
    for (let retries = 0; ;) {
      try {
        return await request(messages, signal, wanted);
      } catch (thrown) {
        if (thrown instanceof SentinelError) throw thrown;
        signal.throwIfAborted();
        if (thrown instanceof AnswerTooLong)
          return { kind: 'rejected', reason: 'the answer of the LLM server is too long', tokens: 0 };
        const error = await toApiFailure(thrown);
        if (adapt(error)) continue;
        if (requestRejected(error)) return { kind: 'rejected', reason: describe(error), tokens: 0 };
        const pause = pauseFor(error, retries++);
        if (pause === undefined)
          throw new SentinelError('llm_unavailable', describe(error), { cause: thrown });
        await sleep(pause, undefined, { signal });
      }
    }
  };
}

async function connect({ apiKey, baseUrl }: ClientOptions): Promise<OpenAI> {
  const { OpenAI } = await import('openai');
  return new OpenAI({
    apiKey,
    baseURL: baseUrl ?? null,
    // The library sleeps as long as the server says and can't be interrupted while it does; see `pauseFor`.
    maxRetries: 0,
    logLevel: 'off',
    fetch: boundedFetch(maxAnswerBytes),
  });
}

interface ApiFailure {
  readonly status: number | undefined;
  readonly code?: string | null | undefined;
  readonly param?: string | null | undefined;
  readonly message: string;
  readonly cause?: unknown;
  readonly headers?: Headers | undefined;
}

/** Whatever else goes wrong between us and the server (a body cut short, HTML in place of JSON) counts as no answer. */
async function toApiFailure(error: unknown): Promise<ApiFailure> {
  const { OpenAI } = await import('openai');
  return error instanceof OpenAI.APIError ? error : { status: undefined, message: '' };
}

/** The statuses that blame the request, not the server, its load, or our credentials. */
function requestRejected({ status }: ApiFailure): boolean {
  return status === 400 || status === 413 || status === 422;
}

/** Milliseconds until the next try; undefined when there should be none for now. */
function pauseFor({ status, headers }: ApiFailure, retries: number): number | undefined {
  const passing = status === undefined || status === 408 || status === 409 || status === 429 || status >= 500;
  if (!passing || retries >= maxRetries) return undefined;
  const asked = Number(headers?.get('retry-after') ?? Number.NaN) * 1000;
  if (asked > longestPauseMs) return undefined;
  return Number.isFinite(asked) ? asked : 250 * 2 ** retries * (0.5 + Math.random() / 2);
}

/** Leaves out the server's own text, which may quote the prompt. */
function describe({ status, code, cause }: ApiFailure): string {
  if (status === undefined)
    return `no answer from the LLM server (${systemCode(cause) ?? 'connection failed or timed out'}): check OPENAI_BASE_URL`;
  const detail = typeof code === 'string' && /^[\w-]{1,64}$/.test(code) ? ` ${code}` : '';
  const remedy = remedies[status];
  return `the LLM server answered ${status}${detail}${remedy === undefined ? '' : `: ${remedy}`}`;
}

const remedies: Readonly<Record<number, string>> = {
  401: 'check OPENAI_API_KEY',
  403: 'check OPENAI_API_KEY',
  404: 'check OPENAI_BASE_URL and OPENAI_REMEDIATION_MODEL',
};

/** `ECONNREFUSED` and the like, from as deep as the libraries put it. */
function systemCode(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 4) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code) ? code : systemCode(error.cause, depth + 1);
}
