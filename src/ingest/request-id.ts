import { randomFillSync } from 'node:crypto';
import { isSmallUuid } from '../model/uuid.ts';

/**
 * Request ids are UUIDs of version 7 (RFC 9562): ordered by time, so that a destination finds them by range.
 * The events of one request share the first 24 characters and count up in the last twelve hex digits, so a
 * request of a thousand events needs one id to be made and stored.
 */
export function createRequestIds(now: () => number = Date.now): (count: number) => string {
  const pool = Buffer.allocUnsafe(8192);
  let used = pool.length;
  let lastMs = 0;
  let counter = 0;

  return (count) => {
    if (count > maxIdsPerRequest) throw new RangeError(`at most ${maxIdsPerRequest} ids for one request`);
    if (used + 8 > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const ms = now();
    if (ms > lastMs) {
      lastMs = ms;
      counter = 0;
    } else if (++counter > 0xfff) {
      // More than 4,096 requests in a millisecond: borrow the next one, order is kept.
      lastMs++;
      counter = 0;
    }
    const time = lastMs.toString(16).padStart(12, '0');
    const random = pool.readUInt16LE(used) & 0x3fff;
    // The top bit stays free, so that counting up the events of a request cannot overflow.
    const first = pool.readUIntLE(used + 2, 6) % firstEventRange;
    used += 8;
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${(0x8000 | random).toString(16)}-${first.toString(16).padStart(12, '0')}`;
  };
}

const maxIdsPerRequest = 2 ** 32;
const firstEventRange = 2 ** 47;
const prefixLength = 24;

/** The ids of the events of the request whose first id is `first`, by index (0-based). */
export function requestIdsFrom(first: string): (index: number) => string {
  const upper = first.slice(0, -lowDigits);
  const start = Number.parseInt(first.slice(-lowDigits), 16);
  return (index) => {
    if (index === 0) return first;
    const low = start + index;
    // Small numbers print several times faster; only every 16 millionth id needs more.
    if (low < lowRange) return upper + low.toString(16).padStart(lowDigits, '0');
    const prefix = first.slice(0, prefixLength);
    const last = Number.parseInt(first.slice(prefixLength), 16) + index;
    return prefix + last.toString(16).padStart(12, '0');
  };
}

const lowDigits = 6;
const lowRange = 16 ** lowDigits;

/** The position of `id` within the request whose first id is `first` and that has `count` events, or -1. */
export function indexOfRequestId(first: string, count: number, id: string): number {
  if (!id.startsWith(first.slice(0, prefixLength))) return -1;
  const index = Number.parseInt(id.slice(prefixLength), 16) - Number.parseInt(first.slice(prefixLength), 16);
  return index >= 0 && index < count ? index : -1;
}

/** When an event was received, as its id says: milliseconds since 1970. Exact but where many requests came at once. */
export function timeOfRequestId(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

export const isRequestId = isSmallUuid;
