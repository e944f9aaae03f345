import type { z } from 'zod';
import { importModule } from '../support/module-loader.ts';
import { SentinelError, messageOf } from '../model/errors.ts';
import type { DestinationAdapter, DestinationDefinition, ModuleConfig } from './adapter.ts';

/** A destination of one's own: the default export of the file that `destination: { module: … }` names. */
export const defineDestination = <Settings extends z.ZodObject>(
  definition: DestinationDefinition<Settings>,
): DestinationDefinition<Settings> => definition;

/** Loads the file of a user's destination and checks the settings by its schema. Throws `config_invalid`. */
export async function moduleAdapter(config: ModuleConfig): Promise<DestinationAdapter<ModuleConfig>> {
  const { module: file, base } = config;
  const definition = await load(config);
  const settings = checkedSettings(definition, config);
  return {
    settings: definition.settings,
    capabilities: {
      shared: definition.capabilities?.shared ?? false,
      repeats: definition.capabilities?.repeats ?? false,
      pace: (_, limits) =>
        definition.capabilities?.pace?.(settings, limits) ?? { lingerMs: defaultLingerMs, ...limits },
    },
    describe: () => definition.describe?.(settings) ?? file,
    doctor: async (_, { dataDir }) => (await definition.doctor?.(settings, { dataDir, base })) ?? {},
    open: (_, { dataDir }) => definition.open(settings, { dataDir, base }),
  };
}

/** As of the destinations that come with the package. */
const defaultLingerMs = 60;

async function load({ module: file, at }: ModuleConfig): Promise<DestinationDefinition<z.ZodObject>> {
  const exported = await importModule(file).catch((error: unknown) => {
    throw invalid(`${at}.module: ${file} can't be loaded: ${messageOf(error)}`, error);
  });
  const definition = exported['default'] as Partial<DestinationDefinition<z.ZodObject>> | undefined;
  if (typeof definition?.open !== 'function' || typeof definition.settings?.safeParse !== 'function')
    throw invalid(
      `${at}.module: ${file} has no default export made by defineDestination({ settings, open })`,
    );
  return definition as DestinationDefinition<z.ZodObject>;
}

function checkedSettings(
  { settings: schema }: DestinationDefinition<z.ZodObject>,
  { settings, at }: ModuleConfig,
): Record<string, unknown> {
  const result = schema.safeParse(settings);
  if (result.success) return result.data;
  // Without values: one may be a secret.
  const lines = result.error.issues.map(({ path, message }) => `${[at, ...path].join('.')}: ${message}`);
  throw invalid(lines.join('\n  - '));
}

const invalid = (message: string, cause?: unknown): SentinelError =>
  new SentinelError('config_invalid', message, { cause });
