import type { ItemOf } from '../api/client.ts';
import type { ServerOptions } from './options.ts';

export type FoundEvent = ItemOf<'GET /api/v1/events'>;

export interface EventFilter extends ServerOptions {
  json?: boolean;
  source?: string;
  contract?: string;
  status?: FoundEvent['status'];
}

export const columns = ['request_id', 'received', 'status', 'source', 'contract', 'version', 'event_id'];
export const rowOf = (event: FoundEvent): (string | null | undefined)[] => [
  event.request_id,
  event.received_at,
  event.status,
  event.source,
  event.contract,
  event.version,
  event.event_id,
];
