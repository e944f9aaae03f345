/** JSON Pointer (RFC 6901) in which the segment `*` stands for every element of an array. */
export type Pointer = string;

export const castTypes = [
  'string',
  'integer',
  'number',
  'decimal',
  'boolean',
  'datetime',
  'date',
  'uuid',
] as const;
export type CastType = (typeof castTypes)[number];

/**
 * The operations of a repair plan: value-free by construction. The only literals are `map`'s outputs, and those
 * must be members of the contract's own enum, constant or boolean at that path (static-check.ts).
 */
export type Operation =
  | { op: 'move'; from: Pointer; to: Pointer }
  | { op: 'copy'; from: Pointer; to: Pointer }
  | { op: 'remove'; path: Pointer }
  /** `zone_from`: where the event names the zone of a time that has none. */
  | { op: 'cast'; path: Pointer; to: CastType; format?: string; zone_from?: Pointer }
  | { op: 'split'; from: Pointer; separator: string; to: Pointer[] }
  | { op: 'split_unit'; from: Pointer; number: Pointer; unit: Pointer }
  | { op: 'join'; from: Pointer[]; separator: string; to: Pointer }
  | { op: 'map'; path: Pointer; values: Record<string, string | number | boolean | null> }
  | { op: 'parse'; path: Pointer }
  | { op: 'list'; path: Pointer; separator: string }
  | { op: 'unlist'; path: Pointer; separator: string }
  | { op: 'wrap'; path: Pointer }
  | { op: 'unwrap'; path: Pointer }
  | { op: 'trim'; path: Pointer }
  | { op: 'upper'; path: Pointer }
  | { op: 'lower'; path: Pointer };

export interface Plan {
  operations: Operation[];
}
