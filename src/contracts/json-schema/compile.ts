import { type Place, bundled } from './bundle.ts';
import { danglingReference } from './references.ts';
import { SentinelError, messageOf } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import { checkedAliases } from '../aliases.ts';
import { fieldsOf } from '../columns.ts';
import type { Contract, Validation } from '../contract.ts';
import { envelopeDefaultsOf } from '../envelope-defaults.ts';
import { brokenPattern, slowPatternsOf } from '../patterns/slow-patterns.ts';
import { fenced } from '../fence.ts';
import { type Dialect, dialectOf } from './dialects.ts';
import { withStaticReferences } from './dynamic-references.ts';
import { hasManyPaths } from './many-paths.ts';
import { normalized } from './normalize.ts';
import { compileFor, createCheck, faultOf } from './validators.ts';
import { withDiscriminators } from './discriminators.ts';
import { createFieldTrial, fieldCheckOf } from './field-checks.ts';
import { isOpen } from './open.ts';
import { deref } from './refs.ts';
import { settleNames } from '../names.ts';
import { settlePolicies } from '../policies.ts';
import { topFields } from '../mapping.ts';
import { readUpgrade } from '../upgrade.ts';
import { besideEnvelope, refusingUndeclared } from '../undeclared.ts';
import { endlessReference } from './endless.ts';
import { slipsOf } from './slips.ts';
import { readHeader } from './header.ts';
import { createAjvTranslator } from './violations.ts';

/**
 * Compiles a contract that is written as a JSON Schema, draft 7 or 2020-12 by its `$schema` (2020-12 when it names
 * none), with `"x-contract": {"name", "version", "table"?, "key"?, "aliases"?, "topic"?, "description"?}`. Values
 * are taken as they come, without coercion. Throws `contract_invalid`; the message names `file`, the field and the
 * remedy.
 */
export function contractFromJsonSchema(schema: JsonObject, given: SchemaOptions | string = {}): Contract {
  const options = typeof given === 'string' ? { file: given } : given;
  const { file } = options;
  try {
    return compile(schema, options);
  } catch (error) {
    const where = options.place !== undefined || file === undefined ? '' : `${file}: `;
    throw new SentinelError('contract_invalid', `${where}${inSnakeCase(messageOf(error))}`, { cause: error });
  }
}

/** The settings as JSON Schema has them; the checks are those of all contracts. */
const inSnakeCase = (message: string): string =>
  message.replaceAll(/`(onRepeat|orderBy)\b/g, (_, name: string) =>
    name === 'orderBy' ? '`order_by' : '`on_repeat',
  );

export interface SchemaOptions {
  /** For messages. */
  file?: string;
  /** Where the schema lies: from there `$ref`s to files are followed. */
  place?: Place;
  /** Gets the files that were taken in. */
  parts?: Set<string>;
  onWarning?: (message: string) => void;
}

function compile(read: JsonObject, { place, parts, onWarning }: SchemaOptions): Contract {
  const header = readHeader(read);
  const { dialect, warning } = dialectOf(read);
  if (warning !== undefined) onWarning?.(warning);
  if (onWarning !== undefined) slipsOf(read).forEach(onWarning);
  const given = place === undefined ? read : bundled(read, place, parts);
  const fault = faultOf(given, dialect);
  if (fault !== undefined)
    throw new Error(`not a schema of ${dialect}: ${fault}: correct it, or name another dialect in $schema`);
  const schema = normalized(withStaticReferences(given), dialect);
  refuseEndless(schema);
  refuseNoObjects(schema);
  const fields = fieldsOf(schema);
  const names = settleNames(header, new Set(fields));
  const policies = settlePolicies(header.policies, schema, names.name);
  const slowPatterns = slowPatternsOf(schema);
  const broken = brokenPattern(slowPatterns);
  if (broken !== undefined) throw new Error(broken);
  const prepared = withDiscriminators(schema);
  const errorsOf = createCheck(prepared, dialect);
  const dangling = danglingReference(schema);
  if (dangling === 'unclear') compileReferences(prepared, dialect);
  else if (dangling !== undefined)
    throw new Error(`\`$ref\` ${dangling.ref} leads nowhere: correct it, or add what it names`);
  const violationsFromAjv = createAjvTranslator(prepared);
  const mayHang = slowPatterns.length > 0 || hasManyPaths(schema);

  return {
    ...names,
    description:
      header.description ?? (typeof schema['description'] === 'string' ? schema['description'] : ''),
    aliases: checkedAliases(header.aliases, schema, names.name),
    jsonSchema: schema,
    ...policies,
    upgrade: readUpgrade(header.upgrade, { ...names, jsonSchema: schema }),
    envelopeDefaults: envelopeDefaultsOf(deref(schema, schema)),
    ownCode: mayHang ? { functions: false, slowPatterns } : undefined,
    open: policies.undeclared !== 'reject' && isOpen(schema),
    ...fenced(
      names,
      refusingUndeclared(
        policies.undeclared,
        topFields(policies.columns),
        besideEnvelope(schema, fields, {
          fields,
          mayHang,
          validate(event): Validation {
            const errors = errorsOf(event);
            return errors === undefined
              ? { ok: true, value: event }
              : { ok: false, violations: violationsFromAjv(errors, event) };
          },
          checkFields: (fields) => fieldCheckOf(schema, fields, dialect),
          tryField: createFieldTrial(schema, dialect),
        }),
      ),
    ),
  };
}

/** Both validators would follow such a reference until they run out of memory. */
export function refuseEndless(schema: JsonObject): void {
  const ref = endlessReference(schema);
  if (ref !== undefined)
    throw new Error(
      `\`$ref\` ${ref} leads back to itself without going into the event, so no event could be judged by it: refer to it from a field or an element (\`properties\`, \`items\`), or remove it`,
    );
}

/** Events are objects: a schema that takes none would make a dead letter of each. */
function refuseNoObjects(schema: JsonObject): void {
  const { type = 'object' } = deref(schema, schema);
  if (![type].flat().includes('object'))
    throw new Error(
      `/type is ${JSON.stringify(type)}, but events are objects: set "type": "object", or give the schema of one event`,
    );
}

/** What a reference means in a schema with names of its own (`$id`, `$anchor`) only the compiler knows. */
function compileReferences(schema: JsonObject, dialect: Dialect): void {
  try {
    compileFor(schema, dialect, { allErrors: false });
  } catch (error) {
    const ref = /^can't resolve reference (\S+)/.exec(messageOf(error))?.[1];
    if (ref === undefined) throw error;
    const remedy = /^https?:/.test(ref)
      ? 'nothing is fetched from the network: put the file beside the schema, and refer to it by its name'
      : 'correct it, or add what it names';
    throw new Error(`\`$ref\` ${ref} leads nowhere: ${remedy}`, { cause: error });
  }
}
