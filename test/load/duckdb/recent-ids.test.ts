import { describe, expect, it } from 'vitest';
import { createRequestIds } from '../../../src/ingest/request-id.ts';
import { ofUuid } from '../../../src/load/destinations/duckdb/hash.ts';
import { RecentIds } from '../../../src/load/destinations/duckdb/recent-ids.ts';

const nextId = createRequestIds();
const mayHave = (ids: RecentIds, id: string): boolean => ids.mayHave(id, ofUuid(id)!);
const add = (ids: RecentIds, id: string): void => ids.add(id, ofUuid(id)!);

describe('request ids that may be in the table', () => {
  it('are all those up to the newest that it had when it was opened', () => {
    const [older, newest, newer] = [nextId(1), nextId(1), nextId(1)];
    const ids = new RecentIds(newest);
    expect([older, newest, newer].map((id) => mayHave(ids, id))).toEqual([true, true, false]);
  });

  it('are not those that were overtaken by a newer one', () => {
    const [overtaken, loaded] = [nextId(1), nextId(1)];
    const ids = new RecentIds('');
    add(ids, loaded);
    expect(mayHave(ids, overtaken)).toBe(false);
    expect(mayHave(ids, loaded)).toBe(true);
  });

  it('are admitted once', () => {
    const [old, first, second] = [nextId(1), nextId(1), nextId(1)];
    const ids = new RecentIds(old, 1);
    const admit = (id: string): boolean => ids.admit(id, ofUuid(id)!);
    expect([old, first, first, second, first, second].map(admit)).toEqual([
      false,
      true,
      false,
      true,
      false,
      false,
    ]);
  });

  it('stay known, however many follow', () => {
    const ids = new RecentIds('', 100);
    const loaded = Array.from({ length: 350 }, () => nextId(1));
    for (const id of loaded) add(ids, id);
    expect(loaded.every((id) => mayHave(ids, id))).toBe(true);
    expect(mayHave(ids, nextId(1))).toBe(false);
  });
});
