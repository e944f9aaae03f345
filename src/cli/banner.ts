import { type Config, sourceConfig } from '../config/load.ts';
import { describeDestination } from '../load/adapters.ts';
import type { ReplyTo } from '../api/client.ts';
import { type JsonObject, isObject } from '../model/json.ts';
import { presets } from '../sources/verify/presets.ts';
import { serverOf } from './client.ts';
import { reach } from './reach.ts';

/** What a terminal shows when the service is up: where everything is, and a command that loads a first event. */
export async function banner(url: string, config: Config): Promise<string> {
  const base = url + config.http.basePath;
  const ask = apiOf(url, config);
  const { items = [] } = await ask<ReplyTo<'GET /api/v1/contracts'>>('/api/v1/contracts');
  const lines = {
    console: `${base}/console`,
    ingest: `${base}/ingest`,
    'data folder': config.dataDir,
    contracts: listed(items.map(({ name, version }) => `${name}@${version}`)),
    destination: await describeDestination(config.destination),
    healing: config.healing.openai
      ? `heuristics, then ${config.healing.openai.model}`
      : 'heuristics (no LLM configured)',
    config: config.configPath ?? 'defaults (no sentinel-config.yaml here)',
  };
  const width = Math.max(...Object.keys(lines).map((name) => name.length));
  const rows = Object.entries(lines).map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  const example = await firstEvent(base, config, ask, items);
  return `\n  Data Sentinel\n\n${rows.join('\n')}\n\n  Send a first event:\n\n  ${example}\n`;
}

const mostContracts = 8;

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length - mostContracts;
  return names.slice(0, mostContracts).join(', ') + (more > 0 ? `, and ${more} more` : '');
}

/** Nothing of the reply where the service refuses, as while it is busy: the banner says less then. */
type Ask = <T>(path: string) => Promise<Partial<T>>;

function apiOf(url: string, config: Config): Ask {
  const server = { ...serverOf(config), url: url + config.http.basePath };
  return async <T>(path: string) => {
    const response = await reach(server, path, { headers: server.headers });
    const reply = (await response.json()) as Partial<T>;
    return response.ok ? reply : {};
  };
}

/** For the first source that has a contract, else for the default contract. */
async function firstEvent(
  base: string,
  config: Config,
  ask: Ask,
  contracts: readonly { name: string; jsonSchema: JsonObject }[],
): Promise<string> {
  const named = Object.keys(config.sources).find((name) => typeof contractOf(config, name) === 'string');
  const contract = named === undefined ? config.defaultContract : (contractOf(config, named) as string);
  const { event } = await ask<ReplyTo<'GET /api/v1/contracts/{name}/sample'>>(
    `/api/v1/contracts/${encodeURIComponent(contract)}/sample`,
  );
  if (!event) return 'npx sentinel ingest <file>';
  const schema = contracts.findLast(({ name }) => name === contract)?.jsonSchema ?? {};
  const body = JSON.stringify(withoutEnvelope(event, schema)).replaceAll("'", String.raw`'\''`);
  const verify = named === undefined ? undefined : sourceConfig(config, named)?.verify;
  if (named !== undefined && verify !== undefined && presets.has(verify.type))
    return `npx sentinel sources test ${named} --body '${body}'`;
  const token = config.http.token === undefined ? '' : ` -H "authorization: Bearer $SENTINEL_API_TOKEN"`;
  const path = named === undefined ? '/ingest' : `/ingest/${encodeURIComponent(named)}`;
  return `curl -X POST ${base}${path}${token} -H 'content-type: application/json' -d '${body}'`;
}

/** The fields that the service fills in are left out, so that each event sent is a new one. */
function withoutEnvelope(event: JsonObject, { properties }: JsonObject): JsonObject {
  const isFilled = (name: string): boolean => {
    const field = isObject(properties) ? properties[name] : undefined;
    return isObject(field) && 'x-envelope' in field;
  };
  return Object.fromEntries(Object.entries(event).filter(([name]) => !isFilled(name)));
}

const contractOf = (config: Config, source: string) => sourceConfig(config, source)?.contract;
