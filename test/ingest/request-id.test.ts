import { describe, expect, it } from 'vitest';
import {
  createRequestIds,
  indexOfRequestId,
  isRequestId,
  requestIdsFrom,
} from '../../src/ingest/request-id.ts';

const version7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('request ids', () => {
  it('are UUIDs of version 7 that start with the time', () => {
    const id = createRequestIds(() => 0x0192_3456_789a)(1);
    expect(id).toMatch(version7);
    expect(id.startsWith('01923456-789a-7')).toBe(true);
    expect(isRequestId(id)).toBe(true);
  });

  it('grow, also within a millisecond and when the clock goes back', () => {
    let time = 1_000_000;
    const next = createRequestIds(() => time);
    const ids = Array.from({ length: 10_000 }, (_, index) => {
      if (index === 5_000) time -= 500;
      return next(1).slice(0, 18);
    });
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('count up within a request, and tell their place', () => {
    const first = createRequestIds()(1000);
    const ids = Array.from({ length: 1000 }, (_, index) => requestIdsFrom(first)(index));
    expect(new Set(ids).size).toBe(1000);
    for (const id of ids) expect(id).toMatch(version7);
    expect(requestIdsFrom('01923456-789a-7000-8000-0000fffffffe')(3)).toBe(
      '01923456-789a-7000-8000-000100000001',
    );
    expect(indexOfRequestId(first, 1000, ids[777]!)).toBe(777);
    expect(indexOfRequestId(first, 777, ids[777]!)).toBe(-1);
    expect(indexOfRequestId(first, 1000, createRequestIds()(1))).toBe(-1);
  });
});
