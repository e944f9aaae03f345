import type { JsonObject } from '../model/json.ts';

/** What `defineContract` tells the compiler about the events of a contract; there is no such property at run time. */
export interface OfEvent<Event> {
  readonly '~event'?: Event;
}

/** The type of a contract's valid events: `EventOf<typeof signup>`. Of any other contract: some JSON object. */
export type EventOf<C> =
  C extends OfEvent<infer Event> ? (unknown extends Event ? JsonObject : Event) : JsonObject;
