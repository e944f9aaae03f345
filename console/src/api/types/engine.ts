import type { Json } from './json.ts';

export interface LogLine {
  seq: number;
  time: string;
  level: string;
  msg: string;
  thread?: string;
  step?: string;
  source?: string;
  contract?: string;
  status?: string;
  code?: string;
  request_id?: string;
  [key: string]: unknown;
}

export interface StateGroup {
  group: string;
  count: number;
  /** False: at least so many. */
  exact: boolean;
}

export interface StateEntry {
  key: string;
  value?: Json;
  /** Bytes. */
  size: number;
  /** The value was left out: too large. */
  cut?: boolean;
}
