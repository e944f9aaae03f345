import type { DuckDBVector } from '@duckdb/node-api';
import {
  DuckDBBlobVector,
  DuckDBListVector,
  DuckDBMapVector,
  DuckDBStructVector,
  DuckDBVarCharVector,
} from './duckdb.ts';

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

/** Bytes of the texts and blobs of a column of a chunk, those within lists, maps and structs counted; none is read for it. */
export function textBytesIn(vector: DuckDBVector): number {
  if (vector instanceof DuckDBListVector) return textBytesIn(vector.childVector);
  if (vector instanceof DuckDBMapVector) return textBytesIn(listOf(vector));
  let sum = 0;
  if (vector instanceof DuckDBStructVector) {
    for (let entry = 0; entry < vector.type.entryCount; entry++)
      sum += textBytesIn(vector.entryVectorAt(entry));
  } else if (vector instanceof DuckDBVarCharVector || vector instanceof DuckDBBlobVector) {
    const { dataView, validity } = vector as unknown as TextVector;
    // Each begins with its length.
    for (let item = 0; item < vector.itemCount; item++)
      if (validity.itemValid(item)) sum += dataView.getUint32(16 * item, true);
  }
  return sum;
}

/** Fields that the library keeps to itself. */
interface TextVector {
  dataView: DataView;
  validity: { itemValid(item: number): boolean };
}

/** The list of keys and values that a map is; the library has no word for it. */
const listOf = (vector: DuckDBMapVector): DuckDBVector =>
  (vector as unknown as { listVector: DuckDBListVector }).listVector;
