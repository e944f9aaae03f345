import type { Json } from '../../model/json.ts';

/** What a mirror knows of a key. */
export interface Known {
  seq: number;
  /** Undefined when there is none now, or when it is too large to be kept here. */
  value: Json | undefined;
  exists: boolean;
  expiresAt: number | undefined;
}

/** One entry of a listing; `value` is undefined when it must be read from the bucket. */
export interface Listed {
  key: string;
  value: Json | undefined;
}

export const gone = (seq: number): Known => ({ seq, value: undefined, exists: false, expiresAt: undefined });
