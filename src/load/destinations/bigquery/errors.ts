import { SentinelError } from '../../../model/errors.ts';

/** What the API says of an error, in its own words. */
interface ApiError extends Error {
  code?: number | string;
  errors?: { reason?: string; message?: string }[];
}

/** How the transaction says that its look at the table is out of date. */
export const cameFirst = 'sentinel: another load came first';

const reasonOf = (error: unknown): string => (error as ApiError).errors?.[0]?.reason ?? '';
const codeOf = (error: unknown): number | string | undefined => (error as ApiError).code;
const textOf = (error: unknown): string =>
  [
    error instanceof Error ? error.message : '',
    ...((error as ApiError).errors ?? []).map((one) => one.message ?? ''),
  ].join(' ');

/** Another worker has changed the tables meanwhile; nothing was written, and the same work can be done again at once. */
export const isCollision = (error: unknown): boolean =>
  textOf(error).includes(cameFirst) || /concurrent update|could not serialize/i.test(textOf(error));

const passing = new Set(
  `rateLimitExceeded jobRateLimitExceeded backendError jobBackendError internalError jobInternalError tableUnavailable
   timeout stopped`.split(/\s+/),
);

/** Over in seconds, as a rule: too many requests at once, or a server in trouble. */
export const isPassing = (error: unknown): boolean =>
  passing.has(reasonOf(error)) ||
  [429, 500, 502, 503, 504].includes(Number(codeOf(error))) ||
  isNetwork(error);

const isNetwork = (error: unknown): boolean =>
  /^E[A-Z]+$|^ERR_(?:STREAM|TLS|SSL)/.test(String(codeOf(error) ?? '')) ||
  /socket hang up|Premature close/.test(textOf(error));

export const isNotFound = (error: unknown): boolean =>
  codeOf(error) === 404 || reasonOf(error) === 'notFound';
export const isAlreadyThere = (error: unknown): boolean =>
  codeOf(error) === 409 || ['duplicate', 'alreadyExists'].includes(reasonOf(error));

/** Wraps a failure of BigQuery; any other error (a bug) is returned unchanged. */
export function unavailable(doing: string, error: unknown, { opening = false } = {}): unknown {
  if (error instanceof SentinelError || !(error instanceof Error)) return error;
  const [code, reason] = [codeOf(error), reasonOf(error)];
  const isLogin =
    /could not load the default credentials|invalid_grant|credential|unable to detect a project/i.test(
      error.message,
    );
  if (code === undefined && reason === '' && !isNetwork(error) && !isLogin) return error;
  // What an access is refused with names projects, tables and roles; other texts may quote a row.
  const isSafe = code === 401 || code === 403 || code === 404 || isLogin || isNetwork(error);
  const shown = isSafe ? error.message.split('\n', 1)[0]! : `error ${code ?? ''} ${reason}`.trim();
  const isPermanent = [401, 403, 404].includes(Number(code)) || isLogin;
  const isQuota = reason === 'quotaExceeded' || isPassing(error);
  return new SentinelError('destination_unavailable', `BigQuery could not ${doing}: ${shown}`, {
    retryable: !(opening && isPermanent && !isQuota),
  });
}
