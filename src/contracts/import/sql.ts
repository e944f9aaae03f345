import { type JsonObject, setOwn } from '../../model/json.ts';
import { type Imported, contractName, draft2020, objectOf } from './imported.ts';
import { schemaOfSqlType } from './sql-types.ts';

/** The tables of `CREATE TABLE` statements. What is no column (checks, indexes, foreign keys) is passed over. */
export function fromSql(text: string): Imported[] {
  const tokens = tokensOf(text);
  const tables: Imported[] = [];
  for (let at = 0; at < tokens.length; at++) {
    if (!isWord(tokens[at], 'create')) continue;
    let table = at + 1;
    while (
      /^(?:or|replace|temp|temporary|external|global|local|unlogged|transient)$/i.test(tokens[table] ?? '')
    )
      table++;
    if (!isWord(tokens[table], 'table')) continue;
    table++;
    if (isWord(tokens[table], 'if')) table += 3;
    let name = unquoted(tokens[table++] ?? '');
    while (tokens[table] === '.') {
      name = unquoted(tokens[table + 1] ?? '');
      table += 2;
    }
    if (tokens[table] !== '(') continue;
    const { parts, end } = partsWithin(tokens, table);
    if (end === tokens.length || tokens.slice(table, end).some((part) => /^["'`]$/.test(part)))
      throw new Error(`CREATE TABLE ${name} is not closed: a ) is missing, or a quote`);
    tables.push(tableOf(name, parts));
    at = end;
  }
  return tables;
}

const token = /--[^\n]*|\/\*[^]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|[\w$]+|[^\s\w]/g;

const tokensOf = (text: string): string[] =>
  (text.match(token) ?? []).filter((part) => !/^(?:--|\/\*)/.test(part));

const isWord = (part: string | undefined, word: string): boolean => part?.toLowerCase() === word;

function unquoted(part: string): string {
  const [, quote = '', text = part] = /^(["`'])([^]*)\1$/.exec(part) ?? [];
  return quote === '' ? part : text.replaceAll(quote + quote, quote);
}

/** What stands between the commas of a pair of parentheses. */
function partsWithin(tokens: readonly string[], open: number): { parts: string[][]; end: number } {
  const parts: string[][] = [[]];
  let depth = 0;
  /** Open `ARRAY<` and the like; in `CHECK (total > 0)` the sign closes nothing. */
  let angles = 0;
  for (let at = open; at < tokens.length; at++) {
    const part = tokens[at]!;
    const opens = part === '<' && /^(?:array|map|struct)$/i.test(tokens[at - 1] ?? '');
    const closes = part === '>' && angles > 0;
    if (opens) angles++;
    if (closes) angles--;
    if (part === '(' || opens) depth++;
    if (part === ')' || closes) depth--;
    if (depth === 0) return { parts, end: at };
    if (part === ',' && depth === 1) parts.push([]);
    else if (at !== open) parts.at(-1)!.push(part);
  }
  return { parts, end: tokens.length };
}

const constraint = /^(?:constraint|primary|unique|foreign|check|exclude|index|key|period|like)$/i;
const typeEnd =
  /^(?:not|null|primary|unique|default|check|references|generated|collate|comment|constraint|auto_increment|identity|as|encode|options|using|on)$/i;

function tableOf(name: string, parts: readonly string[][]): Imported {
  const notes: string[] = [];
  const properties: JsonObject = {};
  const required: string[] = [];
  let key = parts
    .filter(([first = '']) => constraint.test(first))
    .map(primaryKey)
    .find((columns) => columns !== undefined);
  for (const part of parts) {
    const [first = ''] = part;
    // `CONSTRAINT name UNIQUE (…)`
    const kind = (/^constraint$/i.test(first) ? part[2] : first) ?? '';
    if (/^(?:unique|check|exclude|foreign)$/i.test(kind))
      notes.push(
        `${kind.toUpperCase()}${/^foreign$/i.test(kind) ? ' KEY' : ''} of the table is not taken over`,
      );
    if (constraint.test(first) || first === '') continue;
    const column = unquoted(first);
    const end = part.findIndex((word, at) => at > 0 && typeEnd.test(word));
    const rest = end === -1 ? [] : part.slice(end);
    const type = part.slice(1, end === -1 ? undefined : end);
    const words = rest.join(' ').toLowerCase();
    const choices = choicesOf(rest);
    const schema = { ...columnSchema(column, type, notes), ...choices };
    if (/\bcheck\b/.test(words) && choices['enum'] === undefined)
      notes.push(`${column}: its CHECK is not taken over`);
    if (/\bunique\b/.test(words))
      notes.push(`${column}: UNIQUE is not taken over: it may be the key (--key)`);
    const isKey = /\bprimary key\b/.test(words);
    const mayBeNull = !isKey && key?.includes(column) !== true && !/\bnot null\b/.test(words);
    if (isKey) key = [column];
    const hasValue =
      /\b(?:default|generated|identity|auto_increment)\b/.test(words) || isWord(type[0], 'serial');
    if (!mayBeNull && !hasValue) required.push(column);
    setOwn(properties, column, mayBeNull ? orNull(schema) : schema);
  }
  for (const column of key ?? []) {
    if (!required.includes(column) && Object.hasOwn(properties, column)) required.push(column);
  }
  const schema = { $schema: draft2020, ...objectOf(properties, required) };
  return { name: contractName(name), version: '1.0.0', schema, key, notes };
}

function primaryKey(part: readonly string[]): string[] | undefined {
  const at = part.findIndex((word, index) => isWord(word, 'primary') && isWord(part[index + 1], 'key'));
  if (at === -1) return undefined;
  const close = part.indexOf(')', at);
  return part
    .slice(part.indexOf('(', at) + 1, close)
    .filter((word) => word !== ',')
    .map(unquoted);
}

function columnSchema(column: string, type: readonly string[], notes: string[]): JsonObject {
  if (isWord(type[0], 'enum'))
    return { type: 'string', enum: type.filter((word) => word.startsWith("'")).map(unquoted) };
  const text = type.join(' ').replaceAll(/\s*([(),[\]])\s*/g, '$1');
  const schema = schemaOfSqlType(text, (note) => notes.push(`${column}: ${note}`));
  if (schema === undefined) notes.push(`${column}: the type ${text} is not known, so anything is taken`);
  return schema ?? {};
}

/** `CHECK (status IN ('open', 'paid'))` */
function choicesOf(rest: readonly string[]): JsonObject {
  const at = rest.findIndex((word, index) => isWord(word, 'in') && rest[index + 1] === '(');
  if (at === -1) return {};
  const words = rest.slice(at + 2, rest.indexOf(')', at)).filter((word) => word !== ',');
  return words.length > 0 && words.every((word) => word.startsWith("'")) ? { enum: words.map(unquoted) } : {};
}

export function orNull(schema: JsonObject): JsonObject {
  const { type, enum: values } = schema;
  if (typeof type !== 'string') return schema;
  return { ...schema, type: [type, 'null'], ...(Array.isArray(values) ? { enum: [...values, null] } : {}) };
}
