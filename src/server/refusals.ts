import { type ErrorCode, SentinelError } from '../model/errors.ts';
import type { Problem } from '../api/problem.ts';

const statusOfCode: Partial<Record<ErrorCode, Problem['status']>> = {
  query_refused: 422,
  query_failed: 422,
  not_found: 404,
  conflict: 409,
};

/** What a client is told of an exception. */
export function problemOf(error: unknown): Problem {
  if (error instanceof SentinelError) {
    const status = statusOfCode[error.code] ?? (error.retryable ? 503 : 500);
    return {
      status,
      code: error.code,
      title: status >= 500 ? 'The service can not answer now' : 'The request can not be carried out',
      detail: error.message,
      retryAfter: status === 503 ? 1 : undefined,
    };
  }
  const { statusCode, message, code } = error as { statusCode?: number; message?: string; code?: string };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    const status = ([400, 413, 415] as const).find((known) => known === statusCode) ?? 400;
    return {
      status,
      code: code ?? 'bad_request',
      title: 'Bad request',
      detail:
        status === 415
          ? 'Send the body as JSON, with the header "Content-Type: application/json".'
          : (message ?? 'The request is malformed.'),
    };
  }
  return {
    status: 500,
    code: 'internal_error',
    title: 'Internal error',
    detail: 'The request failed in the service; its log says why.',
  };
}
