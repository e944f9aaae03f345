import { eventId, receivedTimestamp, sourceName } from 'data-sentinel';

/** The fields that every event has; the gatekeeper fills in what the sender leaves out. */
export const baseEvent = {
  event_id: eventId(),
  timestamp: receivedTimestamp(),
  source: sourceName('unknown'),
};
