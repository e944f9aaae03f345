import { z } from 'zod';
import { SentinelError, messageOf } from '../../model/errors.ts';
import { type JsonObject, isObject } from '../../model/json.ts';
import type { Violation } from '../../model/violation.ts';
import { columnsOf } from '../columns.ts';
import type { Contract, EnvelopeDefault, FieldCheck, Validation } from '../contract.ts';
import { keepUndeclared } from './keep-undeclared.ts';
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
  const jsonSchema = jsonSchemaOf(schema, 'input', names.name);

  return {
    ...names,
    description: definition.description ?? '',
    aliases: definition.aliases ?? {},
    jsonSchema,
    columns: columnsOf(jsonSchemaOf(schema, 'output', names.name)),
    envelopeDefaults: envelopeDefaultsOf(jsonSchema),
    open: !(schema.def.catchall instanceof z.ZodNever),
    validate(event): Validation {
      const result = parse(event);
      if (result instanceof Error) return { ok: false, violations: [unreadable(event, result)] };
      if (result.issues.length > 0) return { ok: false, violations: violationsFromZod(result.issues, event) };
      const value = result.value as JsonObject;
      return { ok: true, value, changed: keepUndeclared(event, value) };
    },
    checkFields: (fields) => fieldCheckOf(schema, fields),
  };
}

/** What Zod's parser leaves: no issues, or the raw ones, whose messages nobody has asked for yet. */
type Outcome = z.core.ParsePayload<Record<string, unknown>>;

/**
 * `abortEarly` is Zod's own way to stop at the first fault; its types tell of it only where Zod itself sets it. New for
 * each parse: Zod notes in it that the generated function has failed.
 */
const context = (abortEarly: boolean) => ({ async: false, abortEarly }) as z.core.ParseContextInternal;

/** The schema as one generated function where Zod can; an error is what a check of the contract's author threw. */
function parserOf(schema: z.ZodObject, name: string): (event: JsonObject) => Outcome | Error {
  let compiled = schema;
  try {
    compiled = z.compile(schema, { strict: true });
  } catch (error) {
    if (!(error instanceof z.ZodCompileUnsupportedError)) throw invalid(name, messageOf(error), error);
  }
  return (event) => {
    const outcome = run(compiled, event, context(true));
    if (outcome instanceof Error || outcome.issues.length === 0) return outcome;
    return hasMoreValuesThan(event, maxExplainedValues) ? outcome : run(schema, event, context(false));
  };
}

/** Zod's parser without `safeParse`, whose error objects cost more than all the rest of a failed parse. */
function run(schema: z.ZodObject, value: JsonObject, how: z.core.ParseContextInternal): Outcome | Error {
  try {
    // A contract's check that waits for something would make a promise here: Zod itself refuses it as an error.
    const outcome = schema._zod.run({ value, issues: [] }, how);
    return outcome instanceof Promise ? new z.core.$ZodAsyncError() : (outcome as Outcome);
  } catch (error) {
    return error instanceof Error ? error : new Error('unknown');
  }
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
    if (outcome instanceof Error) return undefined;
    const violations = violationsFromZod(outcome.issues, event);
    if (closed)
      for (const field of undeclared)
        if (Object.hasOwn(event, field))
          violations.push(violationAt(event, [field], 'undeclared', 'nothing'));
    return violations.length < maxViolations ? violations : undefined;
  });
}

/**
 * One event that trips a check must not stop all others, so this is bad data, for a person to look at. The error's
 * message may quote the event, so only its name is told.
 */
function unreadable(event: JsonObject, error: Error): Violation {
  return violationAt(
    event,
    [],
    'custom',
    `something that the contract's own checks can read (${error.name})`,
  );
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
