import {
  type Ask,
  type AskArgs,
  type Key,
  type ReplyTo,
  addressOf,
  queryString,
} from '../../../src/api/client.ts';
import type { Problem } from '../../../src/api/problem.ts';
import { parseJson } from '../../../src/model/exact-json.ts';
import { basePath } from '../lib/base-path.ts';
import { tokenStore } from './token.ts';
import type { Violation } from './types.ts';

/** A refusal of the server, `application/problem+json`. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly violations: readonly Violation[];

  constructor(status: number, code: string, detail: string, violations: readonly Violation[] = []) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.violations = violations;
  }

  /** The server does not know the route, as opposed to the thing that was asked for. */
  get isMissingRoute(): boolean {
    return this.status === 404 && this.message.startsWith('There is nothing at');
  }
}

export type Params = Record<string, string | number | boolean | undefined>;

/** What was not filled in is not asked for. */
export function withParams(path: string, params: Params = {}): string {
  const filled = Object.entries(params).filter(([, value]) => value !== '');
  return path + queryString(Object.fromEntries(filled));
}

interface Sending {
  method?: string;
  /** JSON text, sent as it is: the digits of a number stay what they are. Or a file. */
  text?: string | Blob;
  contentType?: string;
  signal?: AbortSignal;
}

/** The response of a request that the server did not refuse. Throws ApiError, or TypeError without a connection. */
export async function send(path: string, sending: Sending = {}): Promise<Response> {
  const { method = 'GET', text, contentType = 'application/json', signal } = sending;
  const headers: Record<string, string> = {};
  const token = tokenStore.get();
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  if (text !== undefined) headers['content-type'] = contentType;
  const response = await fetch(basePath + path, { method, headers, body: text, signal });
  if (response.ok) return response;
  if (response.status === 401) tokenStore.refuse();
  throw await problemOf(response);
}

type More = Pick<Sending, 'text' | 'contentType' | 'signal'>;

/** `text` in place of `body`: a person's own JSON, whose digits must stay as they are, or a file. */
export async function request<K extends Key>(key: K, ...[ask]: AskArgs<K, More>): Promise<ReplyTo<K>> {
  const { params, query, body, text, contentType, signal } = (ask ?? {}) as Ask<Key> & More;
  const { method, path } = addressOf(key, params);
  const response = await send(withParams(path, query), {
    method,
    text: text ?? (body === undefined ? undefined : JSON.stringify(body)),
    contentType,
    signal,
  });
  return (response.status === 204 ? undefined : parseJson(await response.text())) as ReplyTo<K>;
}

async function problemOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const { code, detail, title, violations } = JSON.parse(text) as Problem;
    return new ApiError(response.status, code, detail ?? title, violations);
  } catch {
    return new ApiError(response.status, 'unknown', `${response.status} ${response.statusText}`);
  }
}
