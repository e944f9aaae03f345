import { z } from 'zod';
import { type Environment, variable } from '../../../config/environment.ts';
import { text, wholeNumber } from '../../../config/fields.ts';
import type { ConfigPlace } from '../../adapter.ts';

export interface PostgresConfig {
  type: 'postgres';
  /** With the password; from the environment. */
  url: string;
  /** A login that may only read, for queries of people; from the environment. */
  queryUrl?: string;
  schema: string;
  /** Connections at most. */
  poolSize: number;
}

export const settings = z.object({
  url_env: text('the name of an environment variable', /^[A-Z_][A-Z0-9_]{0,99}$/)
    .optional()
    .meta({
      sample: 'SHOP_DATABASE_URL',
      description: 'where its URL is; default: SENTINEL_POSTGRES_URL, else DATABASE_URL',
    }),
  schema: text('the name of a schema, of at most 63 characters', /^(?!pg_)[^\0]{1,63}$/i).default('public'),
  pool_size: wholeNumber(2, 100).default(4),
});

export function configure(
  { url_env: named, schema, pool_size: poolSize }: z.output<typeof settings>,
  place: ConfigPlace,
): PostgresConfig {
  return {
    type: 'postgres',
    url: requiredUrl(named, place),
    queryUrl: checkedUrl('SENTINEL_POSTGRES_QUERY_URL', place),
    schema,
    poolSize,
  };
}

function requiredUrl(named: string | undefined, place: ConfigPlace): string {
  const names = named === undefined ? ['SENTINEL_POSTGRES_URL', 'DATABASE_URL'] : [named];
  const name = names.find((each) => variable(place.env, each) !== undefined);
  if (name === undefined) {
    place.problems.push(
      `${place.at}: a postgres destination needs a URL such as postgres://user:password@host:5432/database; set ${names.join(' or ')} in the environment or .env`,
    );
    return '';
  }
  return checkedUrl(name, place) ?? '';
}

/** Never shows the value: it may hold a password. */
function checkedUrl(
  name: string,
  { env, problems }: { env: Environment; problems: string[] },
): string | undefined {
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
