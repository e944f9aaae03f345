import { resolve } from 'node:path';
import { type Environment, variable } from './environment.ts';
import type { Settings } from './schema.ts';
import type { DestinationConfig, FurtherDestination } from './types.ts';

type DestinationSettings = Settings['destination'];

/** The settings that each type takes, beside `type`. */
const settingsOf: Record<DestinationSettings['type'], readonly (keyof DestinationSettings)[]> = {
  duckdb: ['path'],
  postgres: ['url_env', 'schema', 'pool_size'],
  bigquery: [
    'project',
    'dataset',
    'location',
    'api_endpoint',
    'partition_expiration_days',
    'look_back_days',
    'load_interval_seconds',
  ],
};

/** The main destination and the further ones. Adds a line to `problems` for each thing that is wrong. */
export function readDestinations(
  settings: Pick<Settings, 'destination' | 'destinations'>,
  env: Environment,
  base: string,
  problems: string[],
): { destination: DestinationConfig; destinations: FurtherDestination[] } {
  const destination = readDestination(settings.destination, 'destination', env, base, problems);
  const seen = new Set<string>([mainDestination]);
  const destinations = settings.destinations.map((further, i) => {
    const place = `destinations[${i}]`;
    const { name, contracts, sources } = further;
    if (seen.has(name)) problems.push(`${place}.name: found "${name}"; allowed: a name that no other has`);
    seen.add(name);
    if (further.type === 'duckdb' && further.path === undefined)
      problems.push(`${place}.path: found nothing; allowed: the path of a file, as each needs its own`);
    return {
      ...readDestination(further, place, env, base, problems),
      name,
      contracts,
      sources,
    };
  });
  const files = [destination, ...destinations].flatMap((each) =>
    each.type === 'duckdb' && each.path !== undefined ? [each.path] : [],
  );
  for (const path of new Set(files.filter((path, i) => files.indexOf(path) !== i)))
    problems.push(`destinations: two of them load into ${path}; give each its own file`);
  return { destination, destinations };
}

/** How the one under `destination:` is called where several are shown. */
const mainDestination = 'main';

function readDestination(
  settings: DestinationSettings,
  place: string,
  env: Environment,
  base: string,
  problems: string[],
): DestinationConfig {
  const { type } = settings;
  for (const [key, value] of Object.entries(settings))
    if (value !== undefined && isForOthers(key, type))
      problems.push(`${place}.${key}: a ${type} destination has no such setting; remove it`);
  switch (type) {
    case 'duckdb':
      return { type, ...(settings.path === undefined ? {} : { path: resolve(base, settings.path) }) };
    case 'postgres':
      return {
        type,
        url: postgresUrl(settings, place, env, problems),
        ...optional('queryUrl', checkedUrl(env, 'SENTINEL_POSTGRES_QUERY_URL', problems)),
        schema: settings.schema ?? 'public',
        poolSize: settings.pool_size ?? 4,
      };
    case 'bigquery':
      if (settings.dataset === undefined)
        problems.push(`${place}.dataset: found nothing; allowed: the name of a dataset`);
      return {
        type,
        dataset: settings.dataset ?? '',
        ...optional('project', settings.project),
        ...optional('location', settings.location),
        ...optional('credentialsFile', variable(env, 'GOOGLE_APPLICATION_CREDENTIALS')),
        loadIntervalSeconds: settings.load_interval_seconds ?? 60,
        ...optional('apiEndpoint', settings.api_endpoint),
        ...optional('partitionExpirationDays', settings.partition_expiration_days),
        ...optional('lookBackDays', settings.look_back_days),
      };
  }
}

function isForOthers(key: string, type: DestinationSettings['type']): boolean {
  const mine = settingsOf[type] as readonly string[];
  return (
    !mine.includes(key) && Object.values(settingsOf).some((keys) => (keys as readonly string[]).includes(key))
  );
}

/** `exactOptionalPropertyTypes` tells absent from undefined. */
const optional = <K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { [key in K]?: V });

function postgresUrl(
  { url_env: named }: DestinationSettings,
  place: string,
  env: Environment,
  problems: string[],
): string {
  const names = named === undefined ? ['SENTINEL_POSTGRES_URL', 'DATABASE_URL'] : [named];
  const name = names.find((each) => variable(env, each) !== undefined);
  if (name === undefined) {
    problems.push(
      `${place}: a postgres destination needs a URL such as postgres://user:password@host:5432/database; set ${names.join(' or ')} in the environment or .env`,
    );
    return '';
  }
  return checkedUrl(env, name, problems) ?? '';
}

/** Never shows the value: it may hold a password. */
function checkedUrl(env: Environment, name: string, problems: string[]): string | undefined {
  const url = variable(env, name);
  if (url === undefined || (/^postgres(?:ql)?:\/\//.test(url) && isReadable(url))) return url;
  problems.push(
    `environment variable ${name}: allowed: a URL that starts with postgres://; characters such as @ / # within the password are written as %40 %2F %23`,
  );
  return undefined;
}

/** Without a host the URL names a Unix socket, and is none to the standard parser. */
const isReadable = (url: string): boolean =>
  URL.canParse(url) || URL.canParse(url.replace(/^(\w+:\/\/(?:[^/@]*@)?)\//, '$1localhost/'));

/** For people: where it is, without its secrets. */
export function describeDestination(config: DestinationConfig): string {
  switch (config.type) {
    case 'duckdb':
      return `duckdb${config.path === undefined ? '' : ` ${config.path}`}`;
    case 'postgres':
      return `postgres ${withoutLogin(config.url)}, schema ${config.schema}`;
    case 'bigquery':
      return `bigquery ${config.project === undefined ? '' : `${config.project}.`}${config.dataset}`;
  }
}

const withoutLogin = (url: string): string => url.replace(/^\w+:\/\/(?:[^/]*@)?/, '').replace(/\?.*$/, '');
