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

export function withParams(path: string, params: Params = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    if (value !== undefined && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

interface Request {
  method?: string;
  params?: Params;
  /** JSON text, sent as it is: the digits of a number stay what they are. */
  body?: string;
  contentType?: string;
  signal?: AbortSignal;
}

/** The response of a request that the server did not refuse. Throws ApiError, or TypeError without a connection. */
export async function send(path: string, request: Request = {}): Promise<Response> {
  const { method = 'GET', params, body, contentType = 'application/json', signal } = request;
  const headers: Record<string, string> = {};
  const token = tokenStore.get();
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = contentType;
  const response = await fetch(withParams(path, params), { method, headers, body, signal });
  if (response.ok) return response;
  if (response.status === 401) tokenStore.refuse();
  throw await problemOf(response);
}

export async function request<T>(path: string, options?: Request): Promise<T> {
  const response = await send(path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export function post<T>(path: string, body: unknown = {}): Promise<T> {
  return request<T>(path, { method: 'POST', body: JSON.stringify(body) });
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

interface Problem {
  code: string;
  title: string;
  detail?: string;
  violations?: Violation[];
}
