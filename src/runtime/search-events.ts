import { idFieldsOf } from '../contracts/id-fields.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import type { Destination } from '../load/destination.ts';
import { SentinelError } from '../model/errors.ts';
import type { IdField } from '../model/id-field.ts';
import { segmentsOf } from '../model/pointer.ts';
import type { Pipeline } from './pipeline-api.ts';

/** Keys have an index and answer at once; the other fields are read through, and must not keep a person waiting. */
const fieldsWithinMs = 3000;

/** Looks for an id in the keys and in the other fields by which people look; in the keys alone when that takes too long. */
export function createSearchEvents(
  contracts: ContractRegistry,
  destination: () => Pick<Destination, 'search' | 'unreadable'>,
): Pipeline['searchEvents'] {
  return async ({ q, ...filter }, page) => {
    const { search: found } = destination();
    if (found === undefined) return undefined;
    const unreadable = (await destination().unreadable?.()) ?? [];
    if (q === undefined) return { events: await found.events(filter, page), cut: false, unreadable };
    const id = { text: q, keys: keysOf(contracts) };
    try {
      const wide = { ...filter, id: { ...id, fields: fieldsOf(contracts) }, withinMs: fieldsWithinMs };
      return { events: await found.events(wide, page), cut: false, unreadable };
    } catch (error) {
      if (!(error instanceof SentinelError && error.code === 'query_failed')) throw error;
      return { events: await found.events({ ...filter, id }, page), cut: true, unreadable };
    }
  };
}

/** The columns of each table's key. */
const keysOf = (contracts: ContractRegistry): Record<string, string[]> =>
  Object.fromEntries(
    contracts.tables().map(({ name, key }) => [name, key.flatMap((pointer) => segmentsOf(pointer)[0] ?? [])]),
  );

/** Of all versions of each table's contract. */
function fieldsOf(contracts: ContractRegistry): Record<string, IdField[]> {
  const fields: Record<string, Map<string, IdField>> = {};
  for (const contract of contracts.all()) {
    const ofTable = (fields[contract.table] ??= new Map());
    for (const field of idFieldsOf(contract)) ofTable.set(JSON.stringify([field.column, field.path]), field);
  }
  return Object.fromEntries(Object.entries(fields).map(([table, found]) => [table, [...found.values()]]));
}
