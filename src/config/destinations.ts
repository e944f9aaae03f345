import { resolve } from 'node:path';
import { z } from 'zod';
import type { BuiltInAdapter, ConfigPlace, ModuleConfig } from '../load/adapter.ts';
import { type BuiltInType, builtIns } from '../load/destinations/registry.ts';
import type { JsonObject } from '../model/json.ts';
import { type ReadContext, variable } from './environment.ts';
import { listOf, oneOf, text } from './fields.ts';
import { name } from './source-settings.ts';
import type { DestinationConfig, FurtherDestination } from './types.ts';

const types = Object.keys(builtIns) as BuiltInType[];
const allowedTypes = `one of ${types.join(', ')}, or module: and the path of a file`;

/** As in the file: the settings of a type that comes with the package, checked; or those of a module, as they are. */
type Settings = ({ type: BuiltInType } | { type: 'module'; module: string }) & Record<string, unknown>;
type FurtherSettings = Settings & { name: string; contracts?: string[]; sources?: string[] };

/** The settings of all types: each type checks its own, so these are for hints. */
const anySetting = Object.fromEntries(
  Object.values(builtIns).flatMap(({ settings }) =>
    Object.keys(settings.shape).map((key) => [key, z.unknown().optional()]),
  ),
);
const groupOf = <S extends z.core.$ZodShape>(shape: S) =>
  z.looseObject(
    {
      type: oneOf(types).optional(),
      module: text('the path of a file').optional(),
      ...anySetting,
      ...shape,
    },
    'a group of settings',
  );

export const destinationSettings = groupOf({})
  .transform((value, context) => checked({ type: 'duckdb', ...value }, {}, context))
  .prefault({});

const furtherSettings = {
  name: text('a name of small letters, digits and "-"', /^(?!main$)[a-z][a-z0-9-]{0,39}$/),
  contracts: listOf(name, 'a list of names of contracts; leave it out to take all').optional(),
  sources: listOf(name, 'a list of names of sources; leave it out to take all').optional(),
};

export const furtherDestinations = z
  .array(
    groupOf(furtherSettings).transform(
      (value, context) => checked(value, furtherSettings, context) as FurtherSettings,
    ),
    'a list of destinations, each with a name and a type',
  )
  .max(16, 'a list of at most 16 destinations')
  .prefault([])
  .meta({
    description: 'further ones, which get copies at their own pace',
    sample: `- name: lake
  type: bigquery
  dataset: events
  contracts: [order]             # all by default
  sources: [shopify]             # all by default
- name: mine
  module: ./my-destination.ts    # one of your own; docs/adding.md`,
  });

/** By the schema of its type. A setting that only other types have is told apart from one that nobody has. */
function checked(
  given: { type?: BuiltInType | undefined; module?: string | undefined } & Record<string, unknown>,
  common: z.core.$ZodShape,
  context: z.core.$RefinementCtx,
): Settings {
  const { type, module, ...rest } = given;
  if (module !== undefined) return { ...rest, type: 'module', module };
  if (type === undefined) {
    context.addIssue({ code: 'invalid_value', path: ['type'], values: types, message: allowedTypes });
    return z.NEVER;
  }
  const schema = z.object({ ...builtIns[type].settings.shape, ...common });
  for (const key of Object.keys(rest).filter((key) => !Object.hasOwn(schema.shape, key)))
    if (Object.hasOwn(anySetting, key))
      context.addIssue({
        code: 'custom',
        path: [key],
        message: `a ${type} destination has no such setting; remove it`,
        params: { complete: true },
      });
    else context.addIssue({ code: 'unrecognized_keys', keys: [key] });
  const result = schema.safeParse(rest);
  if (!result.success) for (const issue of result.error.issues) context.addIssue({ ...issue });
  return { ...result.data, type };
}

/** The main destination and the further ones. Adds a line to `problems` for each thing that is wrong. */
export function readDestinations(
  settings: { destination: Settings; destinations: FurtherSettings[] },
  place: ReadContext,
): { destination: DestinationConfig; destinations: FurtherDestination[] } {
  const { problems } = place;
  const destination = configured(settings.destination, { ...place, at: 'destination', further: false });
  const seen = new Set<string>();
  const destinations = settings.destinations.map((further, i) => {
    const at = `destinations[${i}]`;
    const { name, contracts, sources } = further;
    if (seen.has(name)) problems.push(`${at}.name: found "${name}"; allowed: a name that no other has`);
    seen.add(name);
    return { ...configured(further, { ...place, at, further: true }), name, contracts, sources };
  });
  const files = [destination, ...destinations].flatMap((each) => fileOf(each) ?? []);
  for (const path of new Set(files.filter((path, i) => files.indexOf(path) !== i)))
    problems.push(`destinations: two of them load into ${path}; give each its own file`);
  return { destination, destinations };
}

function configured(settings: Settings, place: ConfigPlace): DestinationConfig {
  if (settings.type === 'module') return moduleConfig(settings, place);
  return adapterFor(settings.type).configure(settings, place);
}

/** The settings of a module are its own affair; `…_env` names a variable, whose value it gets without the ending. */
function moduleConfig(
  { module, ...given }: Settings,
  { at, env, base, problems }: ConfigPlace,
): ModuleConfig {
  const settings: JsonObject = {};
  for (const [key, value] of Object.entries(given as JsonObject)) {
    if (key === 'type' || Object.hasOwn(furtherSettings, key)) continue;
    if (!key.endsWith('_env')) {
      settings[key] = value;
      continue;
    }
    const secret = typeof value === 'string' ? variable(env, value) : undefined;
    if (secret === undefined)
      problems.push(`${at}.${key}: ${JSON.stringify(value)} is not set; set it in the environment or .env`);
    else settings[key.slice(0, -'_env'.length)] = secret;
  }
  return { type: 'module', module: resolve(base, module as string), base, at, settings };
}

/** The file on this machine that holds a destination's rows, where it is in one. */
export const fileOf = (config: DestinationConfig): string | undefined =>
  config.type === 'module' ? undefined : adapterFor(config.type).capabilities.file?.(config);

/** Each adapter gets settings and configs of its own type only. */
const adapterFor = (type: BuiltInType) =>
  builtIns[type] as unknown as BuiltInAdapter<z.ZodObject, DestinationConfig>;
