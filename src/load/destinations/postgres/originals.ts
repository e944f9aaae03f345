import type { PoolClient } from 'pg';
import type { AgedOriginals } from '../../kept-originals.ts';
import { identifier } from './sql.ts';

/** See `KeptOriginals.forget`; within the transaction that is open. Rows that another transaction holds are left to the next call. */
export async function forgetOriginals(
  client: PoolClient,
  schema: string,
  { from, before, limit }: AgedOriginals,
): Promise<number> {
  const own = identifier(schema);
  const until = new Date(before).toISOString();
  const { rowCount: repairs } = await client.query(
    `UPDATE ${own}._sentinel_repairs SET original = NULL, result = NULL WHERE ctid = ANY(ARRAY(
       SELECT ctid FROM ${own}._sentinel_repairs WHERE repaired_at >= $1 AND repaired_at < $2 AND original IS NOT NULL
       ORDER BY repaired_at LIMIT $3 FOR UPDATE SKIP LOCKED))`,
    [new Date(from).toISOString(), until, limit],
  );
  const left = limit - (repairs ?? 0);
  if (left <= 0) return limit;
  const { rowCount: repeats } = await client.query(
    `UPDATE ${own}._sentinel_duplicates SET event = NULL WHERE ctid = ANY(ARRAY(
       SELECT ctid FROM ${own}._sentinel_duplicates WHERE received_at < $1 AND event IS NOT NULL
       LIMIT $2 FOR UPDATE SKIP LOCKED))`,
    [until, left],
  );
  return (repairs ?? 0) + (repeats ?? 0);
}
