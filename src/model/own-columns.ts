import type { JsonObject } from './json.ts';

/** What is known of a row beside its declared values. */
interface Facts {
  requestId: string;
  /** Milliseconds since 1970, UTC. */
  receivedAt: number;
  source: string;
  contractVersion: string;
  repair: { ruleId: string | undefined } | undefined;
  extra: JsonObject | undefined;
}

/** The events of a request have the same instant. */
let last = { at: Number.NaN, text: '' };

function instantOf(at: number): string {
  if (at !== last.at) last = { at, text: new Date(at).toISOString() };
  return last.text;
}

/** The columns that every table has beside the declared ones, in this order, and what each holds of a row. */
export const ownColumns = [
  { name: '_request_id', type: { kind: 'uuid' }, of: (row: Facts) => row.requestId.toLowerCase() },
  {
    name: '_received_at',
    type: { kind: 'datetime' },
    of: (row: Facts) => instantOf(row.receivedAt),
  },
  { name: '_source', type: { kind: 'string' }, of: (row: Facts) => row.source },
  { name: '_contract_version', type: { kind: 'string' }, of: (row: Facts) => row.contractVersion },
  { name: '_repaired', type: { kind: 'boolean' }, of: (row: Facts) => row.repair !== undefined },
  { name: '_rule_id', type: { kind: 'string' }, of: (row: Facts) => row.repair?.ruleId ?? null },
  { name: '_extra', type: { kind: 'json' }, of: (row: Facts) => row.extra ?? null },
] as const;
