export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A page of a list; `next` is the cursor of the one after it. */
export interface Page<T> {
  items: T[];
  next?: string | null;
}

export interface Violation {
  path: string;
  code: string;
  message: string;
  expected?: string;
  found?: string;
}
