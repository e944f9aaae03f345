/** GoogleSQL, as far as our own statements go, into what DuckDB reads. */

export interface QueryParameter {
  name: string;
  parameterType: { type: string; arrayType?: { type: string } };
  parameterValue: { value?: string; arrayValues?: { value: string }[] };
}

type Token = { kind: 'text' | 'name' | 'plain' | 'parameter'; text: string };

const tokenShape = /'((?:[^'\\]|\\.)*)'|`([^`]*)`|@(\w+)|@@row_count|[^'`@]+/gs;

function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const match of sql.matchAll(tokenShape)) {
    if (match.index !== at) throw new Error(`Syntax error: unexpected ${sql.slice(at, at + 20)}`);
    at += match[0].length;
    if (match[1] !== undefined) tokens.push({ kind: 'text', text: unescaped(match[1]) });
    else if (match[2] !== undefined) tokens.push({ kind: 'name', text: match[2] });
    else if (match[3] !== undefined) tokens.push({ kind: 'parameter', text: match[3] });
    else tokens.push({ kind: 'plain', text: match[0] });
  }
  if (at !== sql.length) throw new Error(`Syntax error: unexpected ${sql.slice(at, at + 20)}`);
  return tokens;
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', "'": "'", '"': '"', '\\': '\\' };
const unescaped = (text: string): string =>
  text.replaceAll(/\\(.)/gs, (_, character: string) => {
    const meant = escapes[character];
    if (meant === undefined) throw new Error(`Syntax error: illegal escape \\${character}`);
    return meant;
  });

/** The statements of a script, each with its tokens; an IF block is one statement. */
export function statementsOf(sql: string): Token[][] {
  const statements: Token[][] = [[]];
  let depth = 0;
  for (const token of tokensOf(sql)) {
    if (token.kind !== 'plain') {
      statements.at(-1)!.push(token);
      continue;
    }
    for (const part of token.text.split(/(;|\bIF\b(?=\s*$)|\bEND IF\b|\bTHEN\b)/)) {
      if (part === 'IF') depth++;
      if (part === 'END IF') depth--;
      if (part === ';' && depth === 0) statements.push([]);
      else if (part !== '') statements.at(-1)!.push({ kind: 'plain', text: part });
    }
  }
  return statements.filter((tokens) => tokens.some(({ text }) => text.trim() !== ''));
}

export const plainText = (tokens: readonly Token[]): string =>
  tokens
    .map(({ kind, text }) => (kind === 'text' ? quoted(text) : text))
    .join('')
    .trim();

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const unnest = /(\S+) IN UNNEST\($/;

export function duckDbOf(tokens: readonly Token[], parameters: readonly QueryParameter[]): string {
  let sql = '';
  for (const { kind, text } of tokens) {
    if (kind === 'text') sql += quoted(text);
    else if (kind === 'name') sql += text.split('.').map(identifier).join('.');
    else if (kind === 'parameter') {
      const parameter = parameters.find(({ name }) => name === text);
      if (parameter === undefined) throw new Error(`Query parameter '${text}' not found`);
      const membership = unnest.exec(sql);
      if (membership !== null) {
        sql = `${sql.slice(0, membership.index)}list_contains(${valueOf(parameter)}, ${membership[1]}`;
        continue;
      }
      sql += valueOf(parameter);
    } else {
      sql += text;
    }
  }
  return withoutOptions(sql)
    .replaceAll(/\bCURRENT_TIMESTAMP\(\)/g, 'now()')
    .replaceAll(/\bTIMESTAMP\(('[^']*')\)/g, 'CAST($1 AS TIMESTAMPTZ)')
    .replaceAll(/\bTIMESTAMP_ADD\(([^,]+), /g, '($1 + ');
}

function valueOf({ parameterType: { type, arrayType }, parameterValue }: QueryParameter): string {
  if (type === 'ARRAY')
    return `CAST([${(parameterValue.arrayValues ?? []).map(({ value }) => cast(value, arrayType!.type)).join(', ')}] AS VARCHAR[])`;
  return cast(parameterValue.value ?? '', type);
}

function cast(value: string, type: string): string {
  if (type === 'STRING') return quoted(value);
  if (type === 'INT64') return `CAST(${quoted(value)} AS BIGINT)`;
  if (type === 'TIMESTAMP') return `CAST(${quoted(value)} AS TIMESTAMPTZ)`;
  throw new Error(`a parameter of type ${type} is not known here`);
}

function withoutOptions(sql: string): string {
  const from = sql.search(/\bOPTIONS \(/);
  if (from === -1) return sql;
  let depth = 0;
  for (let at = sql.indexOf('(', from); at < sql.length; at++) {
    if (sql[at] === '(') depth++;
    if (sql[at] === ')' && --depth === 0) return sql.slice(0, from) + sql.slice(at + 1);
  }
  throw new Error('Syntax error: OPTIONS is not closed');
}
