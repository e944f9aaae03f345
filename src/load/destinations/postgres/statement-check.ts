import { SentinelError } from '../../../model/errors.ts';

/**
 * Functions that hold a connection without working, take locks, end other sessions, reach files and other servers, run
 * text as SQL, or change settings. Behind the server's own limits (a read-only transaction, the login's rights). No
 * name has more than 63 characters; without that bound a long text would take seconds.
 */
const unwanted =
  /(?:pg_sleep\w*|pg_\w{0,63}advisory\w*|pg_(?:terminate|cancel)_backend|pg_(?:read|ls|stat)_\w*|pg_notify|pg_logical_\w+|pg_(?:switch_wal|reload_conf|rotate_logfile|promote|create_restore_point)|pg_\w{0,63}wal_replay\w*|dblink\w*|postgres_fdw\w*|lo_\w+|set_config|nextval|setval|(?:query|table|schema|database|cursor)_to_xml\w*|ts_stat|ts_rewrite|currtid2?)/i;

const leading = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[^*]*\*\/)*/;
const selects = /^(?:select|with|values|table)\b|^\(/i;
const explains = /^explain\s+(?:analyze\s+|verbose\s+|\([^()]*\)\s*)*/i;

/** The statement as the server is to see it. Throws `query_refused`. */
export function checkText(sql: string): { text: string; explain: boolean } {
  const text = withoutEnd(sql.replace(leading, ''));
  if (text.includes('\0')) throw refused('it holds a NUL character');
  const explained = explains.exec(text)?.[0];
  const body = explained === undefined ? text : text.slice(explained.length);
  if (!selects.test(body))
    throw refused('only SELECT, WITH, VALUES, TABLE, and EXPLAIN of these are possible here');
  // Spelt in escapes, a name could not be seen.
  if (/\bu&\s*["']/i.test(text)) throw refused('names and text in U& escapes are not possible here');
  const called = unwanted.exec(withoutLiterals(text))?.[0];
  if (called !== undefined) throw refused(`the function ${called} is not possible here`);
  return { text, explain: explained !== undefined };
}

/**
 * With every literal emptied, as what it says is no call; names in quotes stay. Not where an apostrophe may stand for
 * itself (in a comment, between dollar signs, behind a backslash): a call beside it would look like a part of a literal.
 */
function withoutLiterals(text: string): string {
  if (/[\\$]|--|\/\*/.test(text)) return text;
  return text.replaceAll(/'(?:[^']|'')*'|"[^"]*"/g, (part) => (part.startsWith("'") ? "''" : part));
}

/** Without semicolons and white space at the end. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && /[;\s]/.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}

export const refused = (why: string): SentinelError =>
  new SentinelError('query_refused', `query refused: ${why}`);

export const failed = (message: string, cause?: unknown): SentinelError =>
  new SentinelError('query_failed', message, { cause });
