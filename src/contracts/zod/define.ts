import type { OfEvent } from '../event-of.ts';
import { endlessReference } from '../json-schema/endless.ts';
import { hasManyPaths } from '../json-schema/many-paths.ts';
import { z } from 'zod';
import { SentinelError, messageOf } from '../../model/errors.ts';
import { type JsonObject, cloneJson } from '../../model/json.ts';
import { pointerOf } from '../../model/pointer.ts';
import type { Violation } from '../../model/violation.ts';
import { checkedAliases } from '../aliases.ts';
import { fieldsOf } from '../columns.ts';
import type { Contract, FieldCheck, OnRepeat, UndeclaredPolicy, Validation } from '../contract.ts';
import { envelopeDefaultsOf } from '../envelope-defaults.ts';
import { brokenContract, fenced, part } from '../fence.ts';
import { isOpen } from '../json-schema/open.ts';
import { authorsCodeOf } from './authors-code.ts';
import { closed } from './closed.ts';
import { nameTypes } from './json-types.ts';
import { type NoJson, complete } from './complete.ts';
import { notJson } from './json-side.ts';
import { parserOf, parserOfAll } from './parse.ts';
import { remadeBy } from './remade.ts';
import { type Schema, isSchema } from './rewrite.ts';
import { saysNothing, takesNoObject } from './what-is-taken.ts';
import { settleNames } from '../names.ts';
import { settlePolicies } from '../policies.ts';
import { type GivenUpgrade, readUpgrade } from '../upgrade.ts';
import { besideEnvelope, refusingUndeclared } from '../undeclared.ts';
import { rememberAbsence } from './remember-absence.ts';
import { maxViolations, violationAt } from '../violation.ts';
import { violationsFromZod } from './violations.ts';

/** What a contract's author writes. */
export interface ContractDefinition<S extends z.ZodType = z.ZodType> {
  /** A letter, then letters, digits, `_`, `-`, `.`. */
  name: string;
  /** `major[.minor[.patch]]` */
  version: string;
  description?: string;
  /** What an event must look like. Fields that it does not declare pass as they came, unless `open` is false. */
  schema: S;
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
  /** Fields, nested ones too, that get a column of this name: JSON Pointer → name. */
  columns?: Readonly<Record<string, string>>;
  /** When an event comes whose key another one has: the first stays (default), the latest does, or each is a row. */
  onRepeat?: OnRepeat;
  /** For `replace`: the field that says which event is the later. Default: the one that was received later. */
  orderBy?: string;
  /** Undeclared top-level fields: kept in `_extra` (default), a violation, or the event waits for a person. */
  undeclared?: UndeclaredPolicy;
  /** Fields that are masked in lists of events and in what an LLM is shown: JSON Pointers. */
  pii?: readonly string[];
  /** How events of an older version become events of this one, in the language of repairs, so that they share its columns. */
  upgrade?: GivenUpgrade;
}

/** Compiles a contract. Throws `contract_invalid` when it can't be kept: the message names the field and the remedy. */
export function defineContract<S extends z.ZodType>(
  definition: ContractDefinition<S>,
): Contract & OfEvent<z.output<S>> {
  const { name } = definition;
  const schema = schemaOf(definition);
  const impossible = notJson(schema);
  if (impossible !== undefined) throw invalid(name, impossible);
  const jsonSchema = jsonSchemaOf(schema, 'input', name);
  const endless = endlessReference(jsonSchema);
  if (endless !== undefined)
    throw invalid(
      name,
      `its schema leads back to itself (${endless}) without going into the event, so no event could be judged by it: refer to it from a field or an element`,
    );
  const noObject = takesNoObject(jsonSchema);
  if (noObject !== undefined) throw invalid(name, noObject);
  const output = jsonSchemaOf(schema, 'output', name);
  const policies = settlePolicies(definition, output, name);
  const declared = new Set([...fieldsOf(output), ...fieldsOf(jsonSchema)]);
  const names = settleNames(definition, declared);
  if (declared.has('__proto__')) throw invalid(name, 'a field cannot be called __proto__');
  const parse = parserOf(schema);
  const { functions: mayWrite, slowPatterns, sources } = authorsCodeOf(schema);
  const mayHang = mayWrite || slowPatterns.length > 0 || hasManyPaths(jsonSchema);
  const parts = new Map<string, ReturnType<typeof parserOfAll>>();
  const remade = remadeBy(schema);

  return {
    ...names,
    description: definition.description ?? '',
    aliases: checkedAliases(definition.aliases ?? {}, jsonSchema, name),
    jsonSchema,
    ...policies,
    makesUnknown: saysNothing(output),
    rewrites: remade !== undefined && remade.given.size > 0,
    upgrade: readUpgrade(definition.upgrade, { ...names, jsonSchema }),
    envelopeDefaults: envelopeDefaultsOf(jsonSchema),
    ownCode: mayHang ? { functions: mayWrite, slowPatterns, sources } : undefined,
    open: policies.undeclared !== 'reject' && isOpen(jsonSchema),
    ...fenced(
      names,
      refusingUndeclared(
        policies.undeclared,
        declared,
        besideEnvelope(jsonSchema, declared, {
          fields: [...declared],
          mayHang,
          validate(event): Validation {
            const { issues, value } = parse(mayWrite ? cloneJson(event) : event);
            if (issues.length > 0) return { ok: false, violations: violationsFromZod(issues, event) };
            const completed = complete(event, value, remade);
            if (completed.ok) return { ok: true, ...completed.value };
            return { ok: false, violations: [noJson(names, event, completed.error)] };
          },
          checkFields: (fields) => fieldCheckOf(schema, fields),
          tryField: (field) => {
            if (!(schema instanceof z.ZodObject) || !Object.hasOwn(schema.shape, field)) return undefined;
            const one =
              parts.get(field) ??
              part(() => parserOfAll(z.object({ [field]: schema.shape[field] as z.ZodType })));
            parts.set(field, one);
            return (event) => violationsFromZod(one(event).issues, event);
          },
        }),
      ),
    ),
  };
}

/** Of a place in a message: what a schema made may be as deep as it likes. */
const maxPathLength = 16;

function noJson(
  contract: Pick<Contract, 'name' | 'version'>,
  event: JsonObject,
  { path, what }: NoJson,
): Violation {
  const where = path.length === 0 ? 'the event' : pointerOf(path.slice(0, maxPathLength));
  const made = `made ${what} of ${where}, which cannot be loaded`;
  return brokenContract('contract_failed', contract, event, path.slice(0, maxPathLength), made);
}

/** Of any kind, as long as it is one of objects: an object, a union of them, one with a transform. */
function schemaOf({ name, schema, open }: ContractDefinition): Schema {
  if (!isSchema(schema)) throw invalid(name, '`schema` must be a schema of Zod 4, like z.object({ … })');
  return open === false ? closed(schema, name) : schema;
}

/** Without a check of the whole object, Zod judges each of its fields by itself. */
function fieldCheckOf(schema: Schema, fields: readonly string[]): FieldCheck | undefined {
  if (!(schema instanceof z.ZodObject)) return undefined;
  const { catchall, checks = [] } = schema.def;
  const closed = catchall instanceof z.ZodNever;
  const judgesUndeclared = catchall !== undefined && !closed && !(catchall instanceof z.ZodUnknown);
  if (checks.length > 0 || judgesUndeclared || fields.includes('__proto__')) return undefined;
  const declared = fields.filter((field) => Object.hasOwn(schema.shape, field));
  const undeclared = fields.filter((field) => !Object.hasOwn(schema.shape, field));
  const part = z.object(
    Object.fromEntries(declared.map((field) => [field, schema.shape[field] as z.ZodType])),
  );
  const check = parserOfAll(part);
  return rememberAbsence(closed ? fields : declared, (event) => {
    const outcome = check(event);
    const violations = violationsFromZod(outcome.issues, event);
    if (closed)
      for (const field of undeclared)
        if (Object.hasOwn(event, field))
          violations.push(violationAt(event, [field], 'undeclared', 'nothing'));
    return violations.length < maxViolations ? violations : undefined;
  });
}

/** `input`: what the contract accepts. `output`: what it makes of it, which is what a column holds. */
function jsonSchemaOf(schema: Schema, io: 'input' | 'output', name: string): JsonObject {
  try {
    const json = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => nameTypes(zodSchema, jsonSchema as JsonObject),
    });
    // A round trip leaves plain JSON: no getters, no functions of the standard-schema interface.
    return JSON.parse(JSON.stringify(json)) as JsonObject;
  } catch (error) {
    throw invalid(name, `its schema has no JSON Schema: ${messageOf(error)}`, error);
  }
}

function invalid(name: string, problem: string, cause?: unknown): SentinelError {
  return new SentinelError('contract_invalid', `contract ${name}: ${problem}`, { cause });
}
