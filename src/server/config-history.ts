import { createHash } from 'node:crypto';
import type { Config } from '../config/load.ts';
import type { StateStore } from '../engine/engine.ts';
import type { ContractInfo } from '../observe/contract-info.ts';
import type { Audit } from './audit.ts';

const prefix = 'config-known/';
const beganKey = `${prefix}began`;
const mostKnown = 10_000;

/** A contract's version, or a source, as the settings have it now. */
interface Configured {
  kind: 'contract' | 'source';
  name: string;
  version?: string;
  fingerprint: string;
}

/**
 * Leaves an entry in the audit of each contract and source that was added, changed or removed since it was last looked: files change
 * without a request. Of several processes that look, one leaves it. Whatever is there at the very first look is no news.
 */
export async function noteConfigChanges(
  state: StateStore,
  audit: Pick<Audit, 'note'>,
  { contracts, sources }: { contracts: readonly ContractInfo[]; sources: Config['sources'] },
): Promise<void> {
  const isFirst = await state.putIfAbsent(beganKey, true);
  const now = new Map(
    [...contracts.map(ofContract), ...Object.entries(sources).map(ofSource)].map((one) => [keyOf(one), one]),
  );
  const known = await state.list<string>(prefix, { limit: mostKnown });
  const before = new Map(known.filter(({ key }) => key !== beganKey).map(({ key, value }) => [key, value]));
  for (const [key, one] of now) {
    const was = before.get(key);
    if (was === one.fingerprint || !(await state.replace(key, was, one.fingerprint))) continue;
    if (!isFirst) await audit.note(entryOf(one, was === undefined ? 'added' : 'changed'));
  }
  for (const [key, was] of before)
    if (!now.has(key) && (await state.replace(key, was, undefined)))
      await audit.note(entryOf(readKey(key), 'removed'));
}

const entryOf = ({ kind, name, version }: Omit<Configured, 'fingerprint'>, what: string) => ({
  actor: { id: 'config', name: 'configuration' },
  act: `${kind}_${what}`,
  request: 'start or reload',
  target: { [kind]: name },
  ...(version !== undefined && { detail: { version } }),
});

const keyOf = ({ kind, name, version }: Configured): string =>
  prefix + [kind, name, ...(version === undefined ? [] : [version])].map(encodeURIComponent).join('/');

function readKey(key: string): Omit<Configured, 'fingerprint'> {
  const [kind, name = '', version] = key.slice(prefix.length).split('/').map(decodeURIComponent);
  return { kind: kind === 'source' ? 'source' : 'contract', name, ...(version !== undefined && { version }) };
}

const ofContract = (contract: ContractInfo): Configured => ({
  kind: 'contract',
  name: contract.name,
  version: contract.version,
  fingerprint: hash(JSON.stringify(contract)),
});

/** A secret that is rotated is no change of the settings, and nothing of it is kept. */
const ofSource = ([name, source]: [string, Config['sources'][string]]): Configured => ({
  kind: 'source',
  name,
  fingerprint: hash(
    JSON.stringify(source, (field, value: unknown) =>
      /secret|password|token/i.test(field) || Buffer.isBuffer(value) ? undefined : value,
    ),
  ),
});

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
