import { readFileSync } from 'node:fs';
import type { ClientConfig } from 'pg';
import { SentinelError, messageOf } from '../../../model/errors.ts';

/**
 * What a connection URL says of TLS, with the meanings of libpq (PostgreSQL's own library), where they differ from those of
 * the client library: `require` encrypts and checks no certificate, unless `sslrootcert` names one; `verify-ca` checks who
 * signed it; `verify-full` also the host's name; for `prefer` and `allow` see encryption.ts. Throws `config_invalid`, which shows no part of the URL.
 *
 * Source: https://www.postgresql.org/docs/current/libpq-ssl.html
 */
export function tlsOf(url: string): Pick<ClientConfig, 'connectionString' | 'ssl' | 'sslnegotiation'> {
  if (!URL.canParse(url)) return { connectionString: url };
  const parsed = new URL(url);
  const take = (name: string): string | undefined => {
    const value = parsed.searchParams.get(name) ?? undefined;
    parsed.searchParams.delete(name);
    return value;
  };
  const [mode, root, certificate, key] = [
    take('sslmode'),
    take('sslrootcert'),
    take('sslcert'),
    take('sslkey'),
  ];
  const negotiation = take('sslnegotiation');
  if (mode === undefined && root === undefined && certificate === undefined && negotiation === undefined)
    return { connectionString: url };
  const rest = { connectionString: parsed.href };
  if (mode === 'disable') return { ...rest, ssl: false };
  return {
    ...rest,
    ...(negotiation === 'direct' ? { sslnegotiation: 'direct' } : undefined),
    ssl: {
      ...trustOf(mode ?? (root === undefined ? 'require' : 'verify-ca'), root),
      ...(certificate === undefined ? undefined : { cert: read('sslcert', certificate) }),
      ...(key === undefined ? undefined : { key: read('sslkey', key) }),
    },
  };
}

type Trust = Exclude<ClientConfig['ssl'], boolean | undefined>;

/** `root`: a file of certificates, or `system` for those that Node trusts. */
function trustOf(mode: string, root: string | undefined): Trust {
  const ca = root === undefined || root === 'system' ? undefined : read('sslrootcert', root);
  switch (mode) {
    case 'require':
      return ca === undefined ? { rejectUnauthorized: false } : { ca, checkServerIdentity: anyName };
    case 'verify-ca':
      if (ca !== undefined) return { ca, checkServerIdentity: anyName };
      throw invalid(
        'sslmode=verify-ca needs sslrootcert=FILE, the certificate of whoever signed the server’s',
      );
    case 'verify-full':
      return ca === undefined ? {} : { ca };
    default:
      throw invalid(
        `sslmode=${mode} is unknown; use disable, allow, prefer, require, verify-ca or verify-full`,
      );
  }
}

const anyName = (): undefined => undefined;

function read(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(`${name} can't be read: ${messageOf(error)}`);
  }
}

const invalid = (message: string): SentinelError =>
  new SentinelError('config_invalid', `the URL of PostgreSQL: ${message}`);
