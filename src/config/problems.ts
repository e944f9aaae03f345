import { nearest } from '../support/nearest-word.ts';
import { z } from 'zod';

/** Where the value at a path of the settings was set, in words: a file and line, or a variable. */
export type Origin = (path: readonly PropertyKey[]) => string;

/** One line for each thing that is wrong: where, which key, what was found, what is allowed. */
export function explainIssues(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  settings: unknown,
  origin: Origin,
): string[] {
  const lines = issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownKey([...issue.path, key], schema, origin));
    }
    return [badValue(issue, valueAt(settings, issue.path), origin)];
  });
  return [...new Set(lines)];
}

function unknownKey(path: PropertyKey[], schema: z.ZodType, origin: Origin): string {
  const where = `${origin(path)}: ${dotted(path)}`;
  const key = String(path.at(-1));
  const secret = secretVariable(dotted(path));
  if (secret !== undefined) {
    return `${where}: secrets don't belong in this file; remove it and set ${secret} in the environment or .env`;
  }
  const siblings = keysOf(schemaAt(schema, path.slice(0, -1)));
  const meant =
    nearest(key, siblings) ?? allKeys(schema).find((known) => known.split('.').at(-1) === key.toLowerCase());
  const hint = meant === undefined ? `allowed here: ${siblings.join(', ')}` : `did you mean ${meant}?`;
  return `${where}: there is no such setting; ${hint}`;
}

function badValue(issue: z.core.$ZodIssue, found: unknown, origin: Origin): string {
  if (issue.code === 'custom' && issue.params?.['complete'] === true)
    return `${origin(issue.path)}: ${dotted(issue.path)}: ${issue.message}`;
  const inner = issue.code === 'invalid_key' ? issue.issues[0] : undefined;
  const shown = issue.code === 'invalid_key' ? String(issue.path.at(-1)) : found;
  const allowed = inner?.message ?? issue.message;
  const meant =
    issue.code === 'invalid_value' && typeof found === 'string'
      ? nearest(found, issue.values.map(String))
      : undefined;
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  return `${origin(issue.path)}: ${dotted(issue.path)}: found ${show(shown)}; allowed: ${allowed}${hint}`;
}

function secretVariable(key: string): string | undefined {
  if (/^engine\b.*(?:user|password|token|secret)/i.test(key))
    return 'SENTINEL_NATS_USER and SENTINEL_NATS_PASSWORD, or SENTINEL_NATS_TOKEN,';
  if (/^sources\b.*(?:secret|token|password|key)/i.test(key)) return 'the variable that secret_env names,';
  if (/^destinations?\b.*\b(?:url|uri|dsn|connection_?string|password|user)$/i.test(key))
    return 'SENTINEL_POSTGRES_URL, or the variable that url_env names,';
  if (!/(?:api_?key|token|secret|password|credential)/i.test(key)) return undefined;
  return /openai|healing|llm/i.test(key) ? 'OPENAI_API_KEY' : 'SENTINEL_API_TOKEN';
}

const dotted = (path: readonly PropertyKey[]): string =>
  path.length === 0
    ? 'the file'
    : path
        .map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at > 0 ? '.' : ''}${String(key)}`))
        .join('');

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  // A password that stands in an address stays out of sight.
  const text = JSON.stringify(value).replaceAll(/\/\/[^/@"]*@/g, '//…@');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at: unknown = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}

/** The schema below `.optional()`, `.default()`, `.transform()` and the like. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  let at = schema;
  for (;;) {
    if (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodPrefault)
      at = at.def.innerType;
    else if (at instanceof z.ZodPipe) at = at.def.in;
    else return at;
  }
}

function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType | undefined {
  let at: z.core.$ZodType | undefined = schema;
  for (const key of path) {
    const here: z.core.$ZodType | undefined = at && unwrapped(at);
    if (here instanceof z.ZodObject) {
      const known: z.core.$ZodType | undefined = here.shape[String(key)];
      at = known ?? here.def.catchall;
    } else if (here instanceof z.ZodArray) {
      at = here.def.element;
    } else {
      at = here instanceof z.ZodRecord ? here.def.valueType : undefined;
    }
  }
  return at && unwrapped(at);
}

const keysOf = (schema: z.core.$ZodType | undefined): string[] =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];

/** Every setting's dotted path. */
function allKeys(schema: z.core.$ZodType, prefix = ''): string[] {
  const here = unwrapped(schema);
  if (!(here instanceof z.ZodObject)) return [];
  const entries = Object.entries<z.core.$ZodType>(here.shape);
  return entries.flatMap(([key, inner]) => [`${prefix}${key}`, ...allKeys(inner, `${prefix}${key}.`)]);
}
