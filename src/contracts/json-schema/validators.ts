import type * as ajv7 from 'ajv';
import type { Ajv, AnySchemaObject, ErrorObject, Options, ValidateFunction } from 'ajv';
import type * as ajv2019 from 'ajv/dist/2019.js';
import type * as ajv2020 from 'ajv/dist/2020.js';
import type * as draft04 from 'ajv-draft-04';
import { addFormats } from './formats.ts';
import { exactNumbersExist } from '../../model/exact-number.ts';
import { type JsonObject, holdsExactNumber } from '../../model/json.ts';
import { hasMoreValuesThan, maxExplainedValues } from '../fields/size.ts';
import { requirePackage } from '../../support/require-package.ts';
import { onDemand } from '../on-demand.ts';
import { regularExpression } from '../patterns/regular-expression.ts';
import type { Dialect } from './dialects.ts';
import { type ExactContext, compareExactly, mendKeywords } from './exact-keywords.ts';
import { type Originals, withStandIns } from './stand-ins.ts';

/** What Ajv calls in place of `new RegExp`; it is not asked for standalone code, in which `code` would stand. */
const regExp = Object.assign(regularExpression, { code: 'new RegExp' });

const ajvOptions: Options = {
  // Ajv's own optimizer takes time with the square of a schema's size, and what it saves V8 saves as well.
  code: { regExp, optimize: false },
  strict: false,
  // Without it, `constructor` and the like would count as present in every event.
  ownProperties: true,
  discriminator: true,
  // Gives each error the schema that it comes from.
  verbose: true,
  logger: false,
  // Done once, when the contract is read.
  validateSchema: false,
};

/** The errors of an event, all or the first ones; undefined when it is valid. */
export type Check = (event: JsonObject) => ErrorObject[] | undefined;

/**
 * The check of a schema, compiled when the first event comes: most contracts of a large set never see one. Of an event that
 * is huge only the first errors are told.
 */
export function createCheck(schema: JsonObject, dialect: Dialect): Check {
  const first = onDemand(() => compileFor(schema, dialect, { allErrors: false }));
  const all = onDemand(() => compileFor(schema, dialect, { allErrors: true }));
  return (event) => {
    const errors = first()(event);
    if (errors === undefined || hasMoreValuesThan(event, maxExplainedValues)) return errors;
    return all()(event) ?? errors;
  };
}

/** Compiles at once: throws when the schema can't be. */
export function compileFor(schema: JsonObject, dialect: Dialect, options: Options): Check {
  const hasExact = holdsExactNumber(schema);
  const plain = hasExact ? undefined : compiled(schema, dialect, options, mendKeywords);
  if (plain === undefined) return compileExact(schema, dialect, options);
  const exact = onDemand(() => compileExact(schema, dialect, options));
  return (event) => {
    if (exactNumbersExist() && holdsExactNumber(event)) return exact()(event);
    return plain(event) ? undefined : (plain.errors ?? []);
  };
}

/** For events, or a schema, in which exact numbers stand: floats take their places, and what compares numbers knows it. */
function compileExact(schema: JsonObject, dialect: Dialect, options: Options): Check {
  const context: ExactContext = { schema: new WeakMap(), event: new WeakMap() };
  const check = compiled(withStandIns(schema, context.schema), dialect, options, (ajv) =>
    compareExactly(ajv, context),
  );
  return (event) => {
    const originals: Originals = new WeakMap();
    context.event = originals;
    return check(withStandIns(event, originals)) ? undefined : (check.errors ?? []);
  };
}

function compiled(
  schema: JsonObject,
  dialect: Dialect,
  options: Options,
  mend: (ajv: Ajv) => void,
): ValidateFunction {
  const text = JSON.stringify(schema);
  const ajv = create(dialect, {
    ...ajvOptions,
    ...options,
    meta: !bringsMetaSchema.test(text),
    // A definition that is used a hundred times is compiled once. (A number as the limit makes Ajv read `$recursiveRef` wrong.)
    inlineRefs: text.length < longestInlined,
  });
  mend(ajv);
  addFormats(ajv);
  // The dialect is settled, and ajv knows some under the names of their successors only.
  const { $schema: _, ...body } = schema;
  return ajv.compile(body as AnySchemaObject);
}

/** A schema that holds the meta-schema of a draft, as that of AsyncAPI does: two of one `$id` would be one too many. */
const bringsMetaSchema = /"\$?id":"https?:\/\/json-schema\.org\/draft/;

/** In short schemas, calls of definitions cost more than copies of them. */
const longestInlined = 8000;

/** Ajv is loaded by the first schema that needs it: a project of Zod contracts starts without. */
function create(dialect: Dialect, options: Options): Ajv {
  if (dialect === 'draft-04') {
    const { default: Draft04 } = requirePackage<typeof draft04>('ajv-draft-04').default;
    return new Draft04(options);
  }
  if (dialect === '2019-09') {
    const { Ajv2019 } = requirePackage<typeof ajv2019>('ajv/dist/2019.js');
    return withoutOldId(new Ajv2019(options));
  }
  if (dialect === 'draft-06' || dialect === 'draft-07') {
    const { Ajv } = requirePackage<typeof ajv7>('ajv');
    const ajv = withoutOldId(new Ajv(options));
    return dialect === 'draft-07' || options.meta === false ? ajv : ajv.addMetaSchema(metaSchema06());
  }
  const { Ajv2020 } = requirePackage<typeof ajv2020>('ajv/dist/2020.js');
  return withoutOldId(new Ajv2020(options));
}

/** Since draft 6 `id` is a word like any other, which Ajv refuses. */
const withoutOldId = (ajv: Ajv): Ajv => ajv.removeKeyword('id');

const metaSchema06 = (): AnySchemaObject =>
  requirePackage<AnySchemaObject>('ajv/dist/refs/json-schema-draft-06.json');

/** What a schema breaks of its own dialect's rules, in words; undefined when nothing. */
export function faultOf(schema: JsonObject, dialect: Dialect): string | undefined {
  let ajv = judges.get(dialect);
  if (ajv === undefined) {
    ajv = create(dialect, { strict: false, logger: false, validateSchema: true });
    addFormats(ajv);
    judges.set(dialect, ajv);
  }
  const { $schema: _, ...body } = withStandIns(schema, new WeakMap());
  if (ajv.validateSchema(body) === true) return undefined;
  const { instancePath = '', message = 'is not valid', params } = ajv.errors?.[0] ?? {};
  const { allowedValues } = (params ?? {}) as { allowedValues?: unknown[] };
  const wanted = allowedValues === undefined ? message : `must be one of ${allowedValues.join(', ')}`;
  return `${instancePath === '' ? 'the schema' : instancePath} ${wanted}`;
}

const judges = new Map<Dialect, Ajv>();
