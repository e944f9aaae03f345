import { stringify } from 'yaml';
import { z } from 'zod';
import { builtIns } from '../load/destinations/registry.ts';
import { settingVariables } from './environment.ts';
import { formatBytes } from './fields.ts';
import { settingsSchema } from './schema.ts';

const header = `# Data Sentinel: all settings. What stands behind one # is the default, behind two an example. Delete what you do not change.
# Paths start from this file's folder. Secrets do not belong here: see .env.example.
# Environment variables win over this file.
`;

/** A line of the file: a setting behind as many # as it has marks, with a comment. */
interface Line {
  marks: '#' | '##';
  text: string;
  comment?: string | undefined;
}

/** The file that `sentinel init` writes and the package ships, made of the schema. */
export function commentedYaml(): string {
  const sections = Object.entries(settingsSchema.shape).map(([key, schema]) =>
    key === 'destination' ? destinations() : linesOf(key, schema, []),
  );
  return [header, ...sections.map((lines) => `${lines.map(written).join('\n')}\n`)].join('\n');
}

const commentColumn = 38;

function written({ marks, text, comment }: Line): string {
  const line = `${marks} ${text}`;
  return comment === undefined || comment === '' ? line : `${line.padEnd(commentColumn - 1)} # ${comment}`;
}

function linesOf(key: string, schema: z.core.$ZodType, above: readonly string[]): Line[] {
  const indent = '  '.repeat(above.length);
  const path = [...above, key];
  const { description, sample } = (z.globalRegistry.get(schema) ?? {}) as {
    description?: string;
    sample?: string;
  };
  const comment = [variableOf(path), description].filter(Boolean).join('; ');
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodObject && sample === undefined) {
    const lines = Object.entries(inner.shape).flatMap(([name, field]) =>
      linesOf(name, field as z.core.$ZodType, path),
    );
    const marks = lines.some((line) => line.marks === '#') ? '#' : '##';
    return [{ marks, text: `${indent}${key}:`, comment }, ...lines];
  }
  const examples =
    sample?.includes('\n') === true
      ? sample.split('\n').map((line): Line => ({ marks: '##', text: `${indent}  ${line}` }))
      : [];
  if (schema instanceof z.ZodDefault) {
    const value = shown(schema.def.defaultValue, inner);
    return [{ marks: '#', text: `${indent}${key}: ${value}`, comment }, ...examples];
  }
  if (sample === undefined) throw new Error(`${path.join('.')} has neither a default nor a sample`);
  const value = examples.length > 0 ? '' : ` ${sample}`;
  return [{ marks: '##', text: `${indent}${key}:${value}`, comment }, ...examples];
}

function variableOf(path: readonly string[]): string | undefined {
  const name = path.join('.');
  return Object.entries(settingVariables).find(([, setting]) => setting.path.join('.') === name)?.[0];
}

/** As it is written in the file: sizes with their unit, lists in brackets. */
function shown(value: unknown, schema: z.core.$ZodType): string {
  if (typeof value === 'number' && schema instanceof z.ZodPipe) return formatBytes(value);
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim();
}

/** Below `.optional()`, `.default()` and the like. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  let at = schema;
  while (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodPrefault)
    at = at.def.innerType;
  return at;
}

/** The default type first; the others are choices. */
function destinations(): Line[] {
  return Object.entries(builtIns).flatMap(([type, { settings }], at): Line[] => {
    const comment = at === 0 ? undefined : 'or; docs/destinations.md';
    const lines = Object.entries(settings.shape).flatMap(([key, schema]) => linesOf(key, schema, ['']));
    const all: Line[] = [
      { marks: '#', text: 'destination:', comment },
      { marks: '#', text: `  type: ${type}` },
      ...lines,
    ];
    return at === 0 ? all : all.map((line) => ({ ...line, marks: '##' }));
  });
}
