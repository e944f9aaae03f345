import type { ItemOf } from '../api/client.ts';
import type { ServerOptions } from './options.ts';
import { asNamed } from './table.ts';

export type FoundEvent = ItemOf<'GET /api/v1/events'>;

export interface EventFilter extends ServerOptions {
  json?: boolean;
  source?: string;
  contract?: string;
  status?: FoundEvent['status'];
}

export const columns = {
  request_id: 'request_id',
  received: 'received_at',
  ...asNamed('status', 'source', 'contract', 'version', 'event_id'),
} as const;
