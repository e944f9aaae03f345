import { z } from 'zod';
import { SentinelError, messageOf } from '../../model/errors.ts';
import { type JsonObject, isObject } from '../../model/json.ts';
import { pointerOf } from '../../model/pointer.ts';
import type { Violation } from '../../model/violation.ts';
import { columnsOf } from '../columns.ts';
import type { Contract, EnvelopeDefault, FieldCheck, Validation } from '../contract.ts';
import { brokenContract, fenced, part } from '../fence.ts';
import { copyOf, runsAuthorsCode } from './authors-code.ts';
import { type NoJson, complete } from './complete.ts';
import { settleNames } from '../names.ts';
import { rememberAbsence } from './remember-absence.ts';
import { hasMoreValuesThan, maxExplainedValues } from '../fields/size.ts';
import { maxViolations, violationAt } from '../violation.ts';
import { violationsFromZod } from './violations.ts';

/** What a contract's author writes. */
export interface ContractDefinition {
  /** A letter, then letters, digits, `_`, `-`, `.`. */
  name: string;
  /** `major[.minor[.patch]]` */
  version: string;
  description?: string;
  /** What an event must look like. Fields that it does not declare pass as they came, unless `open` is false. */
  schema: z.ZodObject;
  /** Table in the destination; the name by default. */
  table?: string;
  /** Field names or JSON Pointers that make two events the same event; `event_id` by default. */
  key?: string | readonly string[];
  /** Other names under which senders are known to deliver a field: JSON Pointer → field names. */
  aliases?: Readonly<Record<string, readonly string[]>>;
  /** Topic to which each valid event is also published, when some step subscribes to it. */
  topic?: string;
  /** False makes an undeclared top-level field a violation. Default true, unless the schema is a strict object. */
  open?: boolean;
}

/** Compiles a contract. Throws `contract_invalid` when it can't be kept: the message names the field and the remedy. */
export function defineContract(definition: ContractDefinition): Contract {
  const schema = definition.open === false ? definition.schema.strict() : definition.schema;
  const declared = new Set(Object.keys(schema.shape));
  const names = settleNames(definition, declared);
  if (declared.has('__proto__')) throw invalid(names.name, 'a field can not be called __proto__');
  const parse = parserOf(schema, names.name);
  const mayWrite = runsAuthorsCode(schema);
  const parts = new Map<string, z.ZodObject>();
  const jsonSchema = jsonSchemaOf(schema, 'input', names.name);

  return {
    ...names,
    description: definition.description ?? '',
    aliases: definition.aliases ?? {},
    jsonSchema,
    columns: columnsOf(jsonSchemaOf(schema, 'output', names.name)),
    envelopeDefaults: envelopeDefaultsOf(jsonSchema),
    open: !(schema.def.catchall instanceof z.ZodNever),
    ...fenced(names, {
      fields: [...declared],
      validate(event): Validation {
        const { issues, value } = parse(mayWrite ? copyOf(event) : event);
        if (issues.length > 0) return { ok: false, violations: violationsFromZod(issues, event) };
        const completed = complete(event, value);
        if (completed.ok) return { ok: true, ...completed.value };
        return { ok: false, violations: [noJson(names, event, completed.error)] };
      },
      checkFields: (fields) => fieldCheckOf(schema, fields),
      tryField: (field) => {
        const one = parts.get(field) ?? part(() => z.object({ [field]: schema.shape[field]! }));
        parts.set(field, one);
        return (event) => violationsFromZod(run(one, event, context(false)).issues, event);
      },
    }),
  };
}

function noJson(
  contract: Pick<Contract, 'name' | 'version'>,
  event: JsonObject,
  { path, what }: NoJson,
): Violation {
  const where = path.length === 0 ? 'the event' : pointerOf(path);
  const made = `made ${what} of ${where}, which is no JSON`;
  return brokenContract('contract_failed', contract, event, path, made);
}

/** What Zod's parser leaves: no issues, or the raw ones, whose messages nobody has asked for yet. */
type Outcome = z.core.ParsePayload<Record<string, unknown>>;

/**
 * `abortEarly` is Zod's own way to stop at the first fault; its types tell of it only where Zod itself sets it. New for
 * each parse: Zod notes in it that the generated function has failed.
 */
const context = (abortEarly: boolean) => ({ async: false, abortEarly }) as z.core.ParseContextInternal;

/** The schema as one generated function where Zod can. */
function parserOf(schema: z.ZodObject, name: string): (event: JsonObject) => Outcome {
  let compiled = schema;
  try {
    compiled = z.compile(schema, { strict: true });
  } catch (error) {
    if (!(error instanceof z.ZodCompileUnsupportedError)) throw invalid(name, messageOf(error), error);
  }
  return (event) => {
    const outcome = run(compiled, event, context(true));
    if (outcome.issues.length === 0) return outcome;
    return hasMoreValuesThan(event, maxExplainedValues) ? outcome : run(schema, event, context(false));
  };
}

/** Zod's parser without `safeParse`, whose error objects cost more than all the rest of a failed parse. */
function run(schema: z.ZodObject, value: JsonObject, how: z.core.ParseContextInternal): Outcome {
  const outcome = schema._zod.run({ value, issues: [] }, how);
  if (!(outcome instanceof Promise)) return outcome as Outcome;
  // A contract's check that waits for something; Zod itself refuses that as an error.
  outcome.catch(() => undefined);
  throw new z.core.$ZodAsyncError();
}

/** Without a check of the whole object, Zod judges each of its fields by itself. */
function fieldCheckOf(schema: z.ZodObject, fields: readonly string[]): FieldCheck | undefined {
  const { catchall, checks = [] } = schema.def;
  const closed = catchall instanceof z.ZodNever;
  const judgesUndeclared = catchall !== undefined && !closed && !(catchall instanceof z.ZodUnknown);
  if (checks.length > 0 || judgesUndeclared || fields.includes('__proto__')) return undefined;
  const declared = fields.filter((field) => Object.hasOwn(schema.shape, field));
  const undeclared = fields.filter((field) => !Object.hasOwn(schema.shape, field));
  const part = z.object(Object.fromEntries(declared.map((field) => [field, schema.shape[field]!])));
  return rememberAbsence(closed ? fields : declared, (event) => {
    const outcome = run(part, event, context(false));
    const violations = violationsFromZod(outcome.issues, event);
    if (closed)
      for (const field of undeclared)
        if (Object.hasOwn(event, field))
          violations.push(violationAt(event, [field], 'undeclared', 'nothing'));
    return violations.length < maxViolations ? violations : undefined;
  });
}

/** `input`: what the contract accepts. `output`: what it makes of it, which is what a column holds. */
function jsonSchemaOf(schema: z.ZodObject, io: 'input' | 'output', name: string): JsonObject {
  try {
    const json = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    // A round trip leaves plain JSON: no getters, no functions of the standard-schema interface.
    return JSON.parse(JSON.stringify(json)) as JsonObject;
  } catch (error) {
    throw invalid(name, `its schema has no JSON Schema: ${messageOf(error)}`, error);
  }
}

function envelopeDefaultsOf(schema: JsonObject): EnvelopeDefault[] {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties).flatMap(([field, declaration]) => {
    const from = isObject(declaration) ? declaration['x-envelope'] : undefined;
    return from === 'request_id' || from === 'received_at' || from === 'source' ? [{ field, from }] : [];
  });
}

function invalid(name: string, problem: string, cause?: unknown): SentinelError {
  return new SentinelError('contract_invalid', `contract ${name}: ${problem}`, { cause });
}
