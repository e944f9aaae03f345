import type { DuckDBVector } from '@duckdb/node-api';
import { DuckDBListVector, DuckDBMapVector, DuckDBStructVector } from './duckdb.ts';

/**
 * How many values a column of a chunk holds, those within lists, maps and structs counted: what making them JavaScript
 * values will cost, told before any is made. An array counts as one, as its length stands in its type.
 */
export function valuesIn(vector: DuckDBVector): number {
  if (vector instanceof DuckDBListVector) return vector.itemCount + valuesIn(vector.childVector);
  if (vector instanceof DuckDBMapVector) return valuesIn(listOf(vector));
  if (vector instanceof DuckDBStructVector) {
    let sum = vector.itemCount;
    for (let entry = 0; entry < vector.type.entryCount; entry++) sum += valuesIn(vector.entryVectorAt(entry));
    return sum;
  }
  return vector.itemCount;
}

/** The list of keys and values that a map is; the library has no word for it. */
const listOf = (vector: DuckDBMapVector): DuckDBVector =>
  (vector as unknown as { listVector: DuckDBListVector }).listVector;
