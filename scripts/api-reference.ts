import { format, resolveConfig } from 'prettier';
import type { JsonObject } from '../src/model/json.ts';
import { schemasOf } from '../src/api/openapi.ts';
import type { Route } from '../src/api/route.ts';
import { groups } from '../src/api/table.ts';

const begin = '<!-- made from src/api by "npm run docs:api"; not to be edited by hand -->';
const end = '<!-- end of what is made -->';

/** The part of docs/api.md that lists every request, as Markdown. */
function reference(): string {
  const schemas = schemasOf();
  const parts = Object.entries(groups).map(([title, routes]) => {
    const items = Object.entries(routes as Record<string, Route>).map(([key, route]) =>
      describe(key, route, schemas),
    );
    return `### ${title}\n\n${items.join('\n')}\n`;
  });
  return parts.join('\n');
}

function describe(key: string, route: Route, schemas: ReadonlyMap<string, JsonObject>): string {
  const lines = [`- \`${key}\` (${route.role}): ${route.summary}.`];
  for (const part of ['query', 'body'] as const) {
    const fields = fieldsOf(schemas.get(`${key} ${part}`));
    if (fields.length > 0) lines.push(`  ${part === 'query' ? 'Query' : 'Body'}: ${fields.join(', ')}.`);
  }
  if (route.takes !== undefined) lines.push(`  Body: \`${route.takes}\`.`);
  const names = namesOf(schemas.get(`${key} reply`), schemas);
  if (names.length > 0) lines.push(`  Reply${statusOf(route)}: \`{${names.join(', ')}}\`.`);
  else if (route.media !== undefined) lines.push(`  Reply: \`${route.media}\`.`);
  else if (route.status === 204) lines.push('  Reply: 204, empty.');
  return lines.join('\n');
}

const statusOf = ({ status = 200 }: Route): string => (status === 200 ? '' : ` ${status}`);

/** `limit` (100), `q` (text in the id …) */
function fieldsOf(schema: JsonObject | undefined): string[] {
  const required = (schema?.['required'] ?? []) as string[];
  return Object.entries(propertiesOf(schema)).map(([name, field]) => {
    const preset = field['default'];
    const notes = [
      required.includes(name) ? 'needed' : undefined,
      (field['enum'] as string[] | undefined)?.join(' | '),
      preset === undefined || preset === '' ? undefined : `default ${JSON.stringify(preset)}`,
      field['description'] as string | undefined,
      fieldsOf(field).length > 0 ? `of ${fieldsOf(field).join(', ')}` : undefined,
    ].filter((note) => note !== undefined);
    return notes.length === 0 ? `\`${name}\`` : `\`${name}\` (${notes.join('; ')})`;
  });
}

function namesOf(schema: JsonObject | undefined, schemas: ReadonlyMap<string, JsonObject>): string[] {
  const target = schema?.['$ref'];
  if (typeof target === 'string') return namesOf(schemas.get(target.split('/').at(-1)!), schemas);
  const required = (schema?.['required'] ?? []) as string[];
  return Object.keys(propertiesOf(schema)).map((name) => (required.includes(name) ? name : `${name}?`));
}

function propertiesOf(schema: JsonObject | undefined): Record<string, JsonObject> {
  return (schema?.['properties'] ?? {}) as Record<string, JsonObject>;
}

/** The page with its made part as the table has it now. */
export async function withReference(page: string): Promise<string> {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error('docs/api.md has no place for the reference');
  const text = `${page.slice(0, from)}${begin}\n\n${reference()}\n${page.slice(to)}`;
  const settings = await resolveConfig(new URL('../../docs/api.md', import.meta.url).pathname);
  return format(text, { ...settings, parser: 'markdown' });
}
