import { z } from 'zod';
import type { BuiltInAdapter } from '../load/adapter.ts';
import { type BuiltInType, builtIns } from '../load/destinations/registry.ts';
import type { Environment } from './environment.ts';
import { group, listOf, oneOf, text } from './fields.ts';
import { name } from './sources.ts';
import type { DestinationConfig, FurtherDestination } from './types.ts';

const types = Object.keys(builtIns) as BuiltInType[];

/** What stands in the file: the settings of the type, checked, and what every further destination has. */
type Settings = { type: BuiltInType } & Record<string, unknown>;
type FurtherSettings = Settings & { name: string; contracts?: string[]; sources?: string[] };

const furtherSettings = {
  name: text('a name of small letters, digits and "-"', /^(?!main$)[a-z][a-z0-9-]{0,39}$/),
  contracts: listOf(name, 'a list of names of contracts; leave it out to take all').optional(),
  sources: listOf(name, 'a list of names of sources; leave it out to take all').optional(),
};

/** The settings of all types; each type checks its own. */
const anySetting = Object.fromEntries(
  Object.values(builtIns).flatMap(({ settings }) =>
    Object.keys(settings.shape).map((key) => [key, z.unknown().optional()]),
  ),
);

export const destinationSettings = group({
  type: oneOf(types).default('duckdb'),
  ...anySetting,
})
  .transform((value, context) => checked(value as Settings, {}, context))
  .prefault({});

export const furtherDestinations = z
  .array(
    group({ ...furtherSettings, type: oneOf(types), ...anySetting }).transform(
      (value, context) => checked(value as FurtherSettings, furtherSettings, context) as FurtherSettings,
    ),
    'a list of destinations, each with a name and a type',
  )
  .max(16, 'a list of at most 16 destinations')
  .prefault([]);

/** By the schema of its type. A setting that only other types have is told apart from one that nobody has. */
function checked(
  { type, ...given }: Settings,
  common: z.core.$ZodShape,
  context: z.core.$RefinementCtx,
): Settings {
  const schema = z.object({ ...builtIns[type].settings.shape, ...common });
  for (const key of Object.keys(given))
    if (!(key in schema.shape))
      context.addIssue({
        code: 'custom',
        path: [key],
        message: `a ${type} destination has no such setting; remove it`,
        params: { complete: true },
      });
  const result = schema.safeParse(given);
  if (!result.success) for (const issue of result.error.issues) context.addIssue({ ...issue });
  return { type, ...result.data };
}

/** The main destination and the further ones. Adds a line to `problems` for each thing that is wrong. */
export function readDestinations(
  settings: { destination: Settings; destinations: FurtherSettings[] },
  place: { env: Environment; base: string; problems: string[] },
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

const configured = (
  settings: Settings,
  place: Parameters<BuiltInAdapter<z.ZodObject, DestinationConfig>['configure']>[1],
): DestinationConfig => adapterFor(settings.type).configure(settings, place);

/** The file on this machine that holds a destination's rows, where it is in one. */
export const fileOf = (config: DestinationConfig): string | undefined =>
  adapterFor(config.type).capabilities.file?.(config);

/** Each adapter gets settings and configs of its own type only. */
const adapterFor = (type: BuiltInType) =>
  builtIns[type] as unknown as BuiltInAdapter<z.ZodObject, DestinationConfig>;
