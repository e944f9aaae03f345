import { idHashes } from './id-values.ts';
import type { DeadLetter, DeadLetterFilter, DeadLetterStatus } from '../model/dead-letter.ts';

/** The group of the state in which each letter has two entries. */
export const deadLetterGroup = 'dead-letters';
export const indexPrefix = `${deadLetterGroup}/index/`;

export function indexKey({ status, contract, source, signature, id }: DeadLetter): string {
  return indexPrefix + [status, encode(contract), encode(source), signature, id].join('/');
}

/**
 * The value of an index entry: milliseconds since 1970 of the event's reception; what makes two states of a letter with
 * the same key two: a status comes once with a number of replays, of one row of the main destination; by which values of
 * its event it is found (id-values.ts); and its code, unless that is very long. Letters of versions before lack the last ones.
 */
export type IndexValue =
  | [receivedAt: number, replays: number, copyRound: number]
  | [receivedAt: number, replays: number, copyRound: number, ids: string]
  | [receivedAt: number, replays: number, copyRound: number, ids: string, code: string];

export function indexValue({ received_at, replays, copy_round = 0, raw, code }: DeadLetter): IndexValue {
  const ids = idHashes(raw);
  return code.length > maxNameLength
    ? [received_at, replays, copy_round, ids]
    : [received_at, replays, copy_round, ids, code];
}

export const codeOf = (value: IndexValue | number): string | undefined =>
  typeof value === 'number' ? undefined : value[4];

export const idsOf = (value: IndexValue | number): string =>
  typeof value === 'number' ? '' : (value[3] ?? '');

/** Versions before 0.3 kept the time alone. */
export const receivedAtOf = (value: IndexValue | number): number =>
  typeof value === 'number' ? value : value[0];

/** How often it was replayed, and copied to a further destination; of versions before 0.3 it is not known. */
export const roundsOf = (value: IndexValue | number): { replays: number; copied: number } =>
  typeof value === 'number' ? { replays: 0, copied: 0 } : { replays: value[1], copied: value[2] };

/** What an index key says about its letter. */
export function readIndexKey(
  key: string,
): Pick<DeadLetter, 'status' | 'contract' | 'source' | 'signature' | 'id'> {
  const [status, contract, source, signature, id] = key.slice(indexPrefix.length).split('/') as [
    DeadLetterStatus,
    string,
    string,
    string,
    string,
  ];
  return {
    status,
    contract: decodeURIComponent(contract),
    source: decodeURIComponent(source),
    signature,
    id,
  };
}

export function idOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** The longest prefix that the filter's fields fix, in the order of the key. */
export function prefixOf({ status, contract, source, signature }: DeadLetterFilter): string {
  let prefix = '';
  for (const part of [status, contract, source, signature]) {
    if (part === undefined) break;
    prefix += `${encode(part)}/`;
  }
  return prefix;
}

export function keyMatches(key: string, filter: DeadLetterFilter): boolean {
  const letter = readIndexKey(key);
  return (
    (filter.status === undefined || letter.status === filter.status) &&
    (filter.contract === undefined || letter.contract === filter.contract) &&
    (filter.source === undefined || letter.source === filter.source) &&
    (filter.signature === undefined || letter.signature === filter.signature)
  );
}

/** Names come from outside: encoded, they can't break out of their part of the key; cut, they can't outgrow it. */
function encode(name: string): string {
  return encodeURIComponent(name.slice(0, maxNameLength).toWellFormed());
}

const maxNameLength = 64;
